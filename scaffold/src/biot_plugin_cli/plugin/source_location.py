"""A place in the plugin's code."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is in the code; both are None where nobody can tell.

    Attributes:
        file: The absolute path of its file.
        line: Its line.
    """

    file: str | None = None
    line: int | None = None
