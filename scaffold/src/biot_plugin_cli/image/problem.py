"""What Lambda would refuse of an image, or what may surprise its author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["ImageProblem"]


@dataclass(frozen=True, slots=True)
class ImageProblem:
    """A problem of an image.

    Attributes:
        code: Identifies the kind of problem for machines.
        severity: An `error` is refused by Lambda; the rest are `warning`s.
        message: What is wrong.
        advice: How to fix it.
    """

    code: str
    severity: Literal["error", "warning"]
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.message}: {self.advice}"

    @property
    def document(self) -> Mapping[str, Any]:
        """The problem as a JSON object."""
        return asdict(self)
