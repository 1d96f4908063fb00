"""The kinds of values that members of the manifest have: each validates, and says the same as a JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from biot_plugin_cli.manifest.problem import ManifestProblem, table_header

__all__ = [
    "WHOLE_NUMBER",
    "Choice",
    "ExtraRule",
    "Flag",
    "Keys",
    "Text",
    "Texts",
    "Value",
    "WholeNumber",
    "find_value_problem",
]

Keys = tuple[str, ...]
"""The path of a member below `tool.biot-plugin`."""

_LONGEST_SHOWN = 512
_LONGEST_TEXT = 2048


# Each command that reads a manifest makes these classes and those of its tables: named tuples, as a frozen dataclass
# compiles six functions, which takes several times as long.
class ExtraRule(NamedTuple):
    """A rule that JSON Schema draft-07 cannot express, so that the schema accepts what breaks it.

    Attributes:
        name: Identifies it.
        meaning: The rule, as a clause for people.
        holds: Whether a value that the schema accepts keeps it.
    """

    name: str
    meaning: str
    holds: Callable[[Any], bool]


WHOLE_NUMBER = ExtraRule(
    "whole-number", "is written without a fraction, as `10` and not `10.0`", lambda value: type(value) is int
)
"""JSON has no other numbers than those with a fraction, which may be zero."""


class Value(Protocol):
    """What a member of the manifest may be."""

    @property
    def words(self) -> str:
        """What it may be, in words that follow 'make it'."""
        ...

    @property
    def extra(self) -> ExtraRule | None:
        """What else must hold, besides what the schema says."""
        ...

    def allows(self, value: Any) -> bool:
        """Whether a value is one that the schema accepts."""
        ...

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find every problem of a value.

        Args:
            value: The value.
            keys: Its path below `tool.biot-plugin`.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values that `allows` accepts."""
        ...


def find_value_problem(value: Value, item: Any, keys: Keys) -> Iterator[ManifestProblem]:
    """Find the problem of a single value: that it is not what it may be.

    Args:
        value: What it may be.
        item: The value that the manifest has.
        keys: Its path below `tool.biot-plugin`.
    """
    if not value.allows(item) or not (value.extra is None or value.extra.holds(item)):
        message = f"{keys[-1]!r} of {table_header(*keys[:-1])} is {_shortened(item)}"
        yield ManifestProblem(f"{keys[-1]}-invalid", keys, message, f"make it {value.words}")


class Text(NamedTuple):
    r"""A string.

    Attributes:
        words: What it may be, in words.
        pattern: What it matches as a whole, with `^` and `$`; without classes such as `\w`, which differ between the
            languages that read the schema.
        longest: The largest number of characters; None for any.
        shortest: The smallest one.
        extra: What else must hold.
    """

    words: str
    pattern: str | None = None
    longest: int | None = _LONGEST_TEXT
    shortest: int = 0
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        """Whether a value is a string of the length, and matches."""
        return (
            isinstance(value, str)
            and self.shortest <= len(value)
            and (self.longest is None or len(value) <= self.longest)
            and (self.pattern is None or re.fullmatch(self.pattern, value) is not None)
        )

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        shortest = {"minLength": self.shortest} if self.shortest else {}
        longest = {} if self.longest is None else {"maxLength": self.longest}
        pattern = {"pattern": self.pattern} if self.pattern else {}
        return {"type": "string", **shortest, **longest, **pattern}


class WholeNumber(NamedTuple):
    """An integer, both limits included."""

    words: str
    lowest: int
    highest: int
    extra: ExtraRule | None = WHOLE_NUMBER

    def allows(self, value: Any) -> bool:
        """Whether a value is a number within the limits, and has no fraction but zero."""
        return _is_number(value) and self.lowest <= value <= self.highest and value == int(value)

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


class Choice(NamedTuple):
    """One of several strings or whole numbers."""

    words: str
    options: tuple[str, ...] | tuple[int, ...]

    @property
    def extra(self) -> ExtraRule | None:
        """Numbers have the rule of whole numbers."""
        return None if isinstance(self.options[0], str) else WHOLE_NUMBER

    def allows(self, value: Any) -> bool:
        """Whether a value is one of the options."""
        return (isinstance(value, str) or _is_number(value)) and value in self.options

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string" if self.extra is None else "integer", "enum": list(self.options)}


class Flag(NamedTuple):
    """True or false."""

    words: str = "true or false"
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        """Whether a value is true or false."""
        return isinstance(value, bool)

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "boolean"}


class Texts(NamedTuple):
    """A list of strings; without a largest number of them if `most` is None."""

    words: str
    item: Text | Choice
    most: int | None = None
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        """Whether a value is a list of such strings."""
        return (
            isinstance(value, list)
            and (self.most is None or len(value) <= self.most)
            and all(map(self.item.allows, value))
        )

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        most = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", **most, "items": self.item.schema()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
