"""The rules of a `.dockerignore`: the last one that fits a file, or a folder above it, counts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

__all__ = ["IgnoreRules"]


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    includes: bool

    def fits(self, paths: Iterable[str]) -> bool:
        return any(self.pattern.fullmatch(path) for path in paths)


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """Which files of a folder are not sent to an engine."""

    rules: tuple[_Rule, ...] = ()

    @classmethod
    def parse(cls, text: str) -> IgnoreRules:
        """Parse the content of a `.dockerignore`.

        Raises:
            ValueError: A line is no pattern; the text is that line.
        """
        rules = (_parse(line) for line in text.removeprefix("\ufeff").splitlines() if not line.startswith("#"))
        return cls(tuple(rule for rule in rules if rule))

    @property
    def has_exceptions(self) -> bool:
        """Whether something in an ignored folder may not be ignored."""
        return any(rule.includes for rule in self.rules)

    def ignores(self, name: str) -> bool:
        """Tell whether a file is ignored.

        Args:
            name: Its path, with slashes.
        """
        paths = [name, *(str(parent) for parent in PurePosixPath(name).parents if parent.name)]
        deciding = next((rule for rule in reversed(self.rules) if rule.fits(paths)), None)
        return deciding is not None and not deciding.includes


def _parse(line: str) -> _Rule | None:
    text = line.strip()
    includes = text.startswith("!")
    text = text.removeprefix("!").strip()
    if not text:
        return None
    cleaned = posixpath.normpath(text).lstrip("/")
    try:
        return _Rule(re.compile(_expression(cleaned), re.DOTALL), includes)
    except re.error:
        raise ValueError(line) from None


def _expression(pattern: str) -> str:
    """Translate a pattern to a regular expression."""
    pieces = re.findall(r"\*\*/?|\*|\?|\\.|\[\^?[^]]*\]|.", pattern, re.DOTALL)
    parts = [_translate(piece, is_last=number == len(pieces)) for number, piece in enumerate(pieces, 1)]
    return "".join(parts)


def _translate(piece: str, *, is_last: bool) -> str:
    if piece.startswith("**"):
        return ".*" if is_last else "(?:.*/)?"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        return piece
    return re.escape(piece[-1])
