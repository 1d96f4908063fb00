"""Something that is not as it was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Difference", "short"]

_MAX_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was recorded.

    Attributes:
        where: What has it: the evidence, its signature, the package, or the platform.
        name: The file, or the field of the configuration.
        problem: What is wrong with it, as a clause that follows the name.
        expected: What was recorded; None if nothing was, or it is not known.
        actual: What there is; None if there is nothing, or it is not known.
        member: What of a record it is, as a JSON pointer; empty for all of it.
    """

    where: Literal["evidence", "signature", "package", "platform"]
    name: str
    problem: str
    expected: Any = None
    actual: Any = None
    member: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {
            "where": self.where,
            "name": self.name,
            "member": self.member or None,
            "problem": self.problem,
            "expected": self.expected,
            "actual": self.actual,
        }

    def __str__(self) -> str:
        """Say it in a line."""
        member = f" at {self.member}" if self.member else ""
        values = (
            ""
            if self.expected is None and self.actual is None
            else (f": expected {short(self.expected)}, and it is {short(self.actual)}")
        )
        return f"{self.where}: {self.name}{member} {self.problem}{values}"


def short(value: Any) -> str:
    """Format a value for a line."""
    import json

    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"
