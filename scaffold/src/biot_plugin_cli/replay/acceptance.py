"""Which kinds of differences are expected, as the user says it on the command line or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.input_file import read_text

__all__ = ["Acceptance"]

_ANYTHING = "*"
_COMMENT = "#"


class Acceptance:
    """Patterns of the ids of kinds: an id itself, or one with `*` in place of any text.

    Args:
        patterns: The patterns.

    Attributes:
        unused: Those that no kind has matched so far.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.unused = list(dict.fromkeys(patterns))
        self._patterns = [*self.unused]

    @classmethod
    def read(cls, patterns: Sequence[str], file: Path | None) -> Acceptance:
        """Create it of patterns and of a file with one in each line; comments begin with `#`.

        Raises:
            UsageError: The file cannot be read, or a pattern is empty.
        """
        lines = [] if file is None else [line.partition(f" {_COMMENT}")[0].strip() for line in _lines(file)]
        if not all(pattern.strip() for pattern in patterns):
            raise UsageError("--accept '' accepts nothing: pass the name of a kind of difference, as the output has it")
        return cls([*patterns, *(line for line in lines if line and not line.startswith(_COMMENT))])

    def match(self, id: str) -> str | None:
        """Return the pattern that a kind matches; None if there is none."""
        pattern = next((pattern for pattern in self._patterns if _matches(pattern, id)), None)
        if pattern in self.unused:
            self.unused.remove(pattern)
        return pattern


def _lines(file: Path) -> list[str]:
    return read_text(file).splitlines()


def _matches(pattern: str, id: str) -> bool:
    """Whether a pattern matches all of an id, in time that grows with its length alone."""
    first, *others = pattern.split(_ANYTHING)
    if not others:
        return pattern == id
    *middle, last = others
    if not id.startswith(first):
        return False
    position = len(first)
    for part in middle:
        start = id.find(part, position)
        if start < 0:
            return False
        position = start + len(part)
    return len(id) - position >= len(last) and id.endswith(last)
