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
        #: Whether it is of a whole field, wherever in the field it was noticed.
        self.is_of_field = False

    def in_element(self, key: object) -> Unwritable:
        """Return the error as that of a list or dict that has the value as an element."""
        if not self.is_of_field:
            self._path.insert(0, key)
        return self

    def in_field(self, name: str) -> Unwritable:
        """Return the error as that of an object that has the value in a field, which has no name if it is the root."""
        self._path[:0] = [name] if name else []
        self.is_of_field = False
        return self

    def __str__(self) -> str:
        path = ".".join(map(str, self._path))
        return f"{path}: {self._reason}" if path else self._reason
