"""The error of a model's value that cannot be written back as JSON."""

from __future__ import annotations


class Unwritable(ValueError):
    """A value cannot be written back. Its text has no values, because they may be personal.

    Args:
        reason: What is wrong, as the end of a sentence.
        path: Where it is, from the value that was being written on.
    """

    def __init__(self, reason: str, *path: object) -> None:
        super().__init__(reason)
        self._reason = reason
        self._path = list(path)

    def under(self, name: object) -> Unwritable:
        """Return the error with the name of what contains the value."""
        self._path.insert(0, name)
        return self

    def __str__(self) -> str:
        path = ".".join(map(str, self._path))
        return f"{path}: {self._reason}" if path else self._reason
