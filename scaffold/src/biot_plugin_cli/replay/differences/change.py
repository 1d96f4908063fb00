"""One difference between what two codes did: its kind, which has a stable id, and its two sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["NOTHING", "Difference", "shape"]


class _Nothing:
    """Stands for what is not there, which is something else than `null`."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()
"""What one side does not have."""

_OPPOSITES = {"added": "removed", "removed": "added"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference.

    Attributes:
        kind: What kind of difference: `removed`, `call-added`, `status`.
        place: Where: a JSON path, a call, a header.
        sentence: The same for people: ``removed `response.body.age` ``.
        old: The older side; `NOTHING` if there is none.
        new: The present side; `NOTHING` if there is none.
    """

    kind: str
    place: str
    sentence: str
    old: Any = field(default=NOTHING, repr=False, compare=False)
    new: Any = field(default=NOTHING, repr=False, compare=False)

    @property
    def id(self) -> str:
        """The id of its kind, to be accepted by."""
        return f"{self.kind}:{self.place}"

    @property
    def opposite_id(self) -> str:
        """The id that it would have if the two codes were exchanged."""
        head, separator, last = self.kind.rpartition("-")
        kind = f"{head}{separator}{_OPPOSITES.get(last, last)}"
        place = self.place
        if "->" in place:
            prefix, colon, change = place.rpartition(":")
            old, _, new = change.partition("->")
            place = f"{prefix}{colon}{new}->{old}"
        return f"{kind}:{place}"


def shape(value: Any) -> str:
    """Describe a value without saying what it is."""
    match value:
        case _Nothing():
            return "nothing"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return f"a text of {len(value)} characters"
        case bytes():
            return f"{len(value)} bytes"
        case list() | tuple():
            return f"a list of {len(value)}"
    return f"an object with {len(value)} members"
