"""The text of a file in lines of bounded length, so that no pattern costs more than the file is long."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

__all__ = ["MAX_BYTES", "BoundedLines", "read_text"]

MAX_BYTES = 10_000_000
"""How much of a file is read."""

_BINARY_BYTES = 8000
_WIDTH = 2000
# More than the longest token has, so that each is complete in one of two parts of a line.
_OVERLAP = 500
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_text(file: Path) -> tuple[str, bool]:
    """Read a file; one that is not text is empty.

    Returns:
        The text, and whether it is complete.

    Raises:
        OSError: It cannot be read.
    """
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    encoding = _BYTE_ORDER_MARKS.get(content[:2], "utf-8")
    # As git tells text from other files; in UTF-16, ASCII characters have null bytes.
    if encoding == "utf-8" and b"\0" in content[:_BINARY_BYTES]:
        return "", True
    return content[:MAX_BYTES].decode(encoding, errors="replace"), len(content) <= MAX_BYTES


class BoundedLines:
    """A text whose long lines are cut into parts that overlap.

    Attributes:
        text: The parts, each as a line.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        parts, self._numbers, self._starts, at = [], [], [], 0
        for number, line in enumerate(self._lines, 1):
            for part in _parts(line):
                parts.append(part)
                self._numbers.append(number)
                self._starts.append(at)
                at += len(part) + 1
        self.text = "\n".join(parts)

    def number(self, offset: int) -> int:
        """Return the number of the file's line that a place in the text belongs to."""
        return self._numbers[bisect_right(self._starts, offset) - 1]

    def line(self, number: int) -> str:
        """Return a line of the file; an empty one where there is none."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""


def _parts(line: str) -> Iterator[str]:
    yield line[:_WIDTH]
    for start in range(_WIDTH - _OVERLAP, len(line) - _OVERLAP, _WIDTH - _OVERLAP):
        yield line[start : start + _WIDTH]
