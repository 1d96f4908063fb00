"""The log of a plugin's processes: their output as lines, in bounded memory."""

from __future__ import annotations

import os
import re
from collections import deque

__all__ = ["LogPipe"]

_READ_BYTES = 65_536
# More than any pipe holds by default.
_READS_PER_DRAIN = 16
_MAX_LINE_BYTES = 256 * 1024
_MAX_HALF_BYTES = 512 * 1024
#: Longer than what a text can have that is secret: an environment has 4 KB altogether.
_MAX_WORD_BYTES = 8 * 1024
_CUT = b" ... line cut at 256 KB ..."
# The runtime client writes an exception as one line: carriage returns inside, and no-break spaces for indentation.
_BREAK = re.compile("\r(?=\u00a0|Traceback \\(most recent call last\\):|$)")
_INDENT = re.compile("^\u00a0+")


class LogPipe:
    """One pipe for standard output and error together, so that their order is preserved.

    Attributes:
        writer: The process's end; close it with `close_writer` once the process has started.
    """

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._partial = bytearray()
        self._is_cut = False
        self._lines = _Lines()

    @property
    def ended(self) -> bool:
        """Whether all writers have closed it and everything has been read."""
        return self._reader < 0

    def fileno(self) -> int:
        """Return the descriptor to select on; negative if the pipe has ended."""
        return self._reader

    def close_writer(self) -> None:
        """Close our copy of the process's end."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def close(self) -> None:
        """Close both ends."""
        self.close_writer()
        self._close_reader()

    def drain(self) -> None:
        """Read what has been written so far; bounded, as the process may write without end."""
        for _ in range(_READS_PER_DRAIN):
            if self.ended:
                return
            try:
                chunk = os.read(self._reader, _READ_BYTES)
            except BlockingIOError:
                return
            if chunk:
                self._add(chunk)
            else:
                self._close_reader()

    def take(self) -> list[str]:
        """Return the lines since the last call."""
        self.drain()
        if self._partial:
            self._end_line()
        if self._lines.is_empty:
            return []
        lines, self._lines = self._lines, _Lines()
        return lines.text()

    def _close_reader(self) -> None:
        if self._reader >= 0:
            os.close(self._reader)
            self._reader = -1

    def _add(self, chunk: bytes) -> None:
        first, *others = chunk.split(b"\n")
        self._extend(first)
        for part in others:
            self._end_line()
            self._extend(part)

    def _extend(self, part: bytes) -> None:
        """Add to the line, whose rest is dropped where it is too long."""
        room = _MAX_LINE_BYTES - len(self._partial)
        self._partial += part[:room]
        self._is_cut = self._is_cut or len(part) > room

    def _end_line(self) -> None:
        line = bytes(self._partial)
        self._lines.add(_whole_words(line) + _CUT if self._is_cut else line)
        self._partial.clear()
        self._is_cut = False


class _Lines:
    """Lines of which only the first and the last are stored if there are too many."""

    def __init__(self) -> None:
        self._head: list[bytes] = []
        self._head_bytes = 0
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._dropped = 0

    @property
    def is_empty(self) -> bool:
        return not self._head and not self._tail

    def add(self, line: bytes) -> None:
        size = len(line) + 1
        if not self._tail and self._head_bytes + size <= _MAX_HALF_BYTES:
            self._head.append(line)
            self._head_bytes += size
            return
        self._tail.append(line)
        self._tail_bytes += size
        while self._tail_bytes > _MAX_HALF_BYTES:
            self._tail_bytes -= len(self._tail.popleft()) + 1
            self._dropped += 1

    def text(self) -> list[str]:
        gap = [f"... {self._dropped} lines left out ..."] if self._dropped else []
        head, tail = ([part for line in half for part in _decoded(line)] for half in (self._head, self._tail))
        return head + gap + tail


def _whole_words(line: bytes) -> bytes:
    """Leave out the last word: half of a secret is not recognised as one."""
    words = line[:-_MAX_WORD_BYTES] + line[-_MAX_WORD_BYTES:].rpartition(b" ")[0]
    return words.rstrip(b" ")


def _decoded(line: bytes) -> list[str]:
    parts = _BREAK.split(line.decode("utf-8", "replace").removesuffix("\r"))
    return [parts[0], *(_INDENT.sub(lambda match: " " * len(match[0]), part) for part in parts[1:])]
