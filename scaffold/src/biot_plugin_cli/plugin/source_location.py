"""A location in the plugin's files."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["SourceLocation"]


class SourceLocation(NamedTuple):
    """A file and line; both are None if the location is unknown.

    Attributes:
        file: The path of the file.
        line: The line number, from 1; None for the whole file.
    """

    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line) if part is not None)
