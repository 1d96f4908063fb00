"""Finds all secrets in a file's text, but for those that a comment allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from biot_plugin_cli.check.scan.assigned_values import AssignedValue, find_assigned_values, find_passwords
from biot_plugin_cli.check.scan.bounded_lines import BoundedLines
from biot_plugin_cli.check.scan.placeholders import is_placeholder
from biot_plugin_cli.check.scan.token_formats import find_tokens

__all__ = ["FoundSecret", "find_secrets"]

_COMMENT = "pragma"
_CODE = (".py", ".pyi", ".js", ".ts", ".java", ".go", ".c", ".h", ".cpp", ".rs")
# Patterns for comments look at no more of a line.
_MAX_LINE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret in a file, without its value.

    Attributes:
        kind: What it is, with its article.
        line: The number of its line.
        certain: Whether it is a secret, and not only looks like one.
    """

    kind: str
    line: int
    certain: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a secret is in the text."""

    kind: str
    start: int
    end: int
    certain: bool = True


def find_secrets(path: str, text: str) -> list[FoundSecret]:
    """Find the secrets in a file, by line.

    Args:
        path: The file's path, which says how comments are written in it.
        text: Its text.
    """
    lines = BoundedLines(text)
    found: dict[FoundSecret, None] = {}
    for place in _without_overlaps(path, lines.text):
        secret = FoundSecret(place.kind, lines.number(place.start), place.certain)
        if secret not in found and not _is_allowed(path, lines, secret.line):
            found[secret] = None
    return sorted(found, key=attrgetter("line"))


def _without_overlaps(path: str, text: str) -> Iterator[_Place]:
    """Yield every place once: of two rules that find the same, the first one says what it is."""
    ends = -1
    for place in sorted(_places(path, text), key=lambda place: place.start):
        if place.start >= ends:
            yield place
            ends = place.end


def _places(path: str, text: str) -> Iterator[_Place]:
    for token in find_tokens(text):
        if not is_placeholder(token.value):
            yield _Place(token.kind, token.start, token.end)
    for start, end in find_passwords(text):
        yield _Place("a password in an address", start, end)
    for value in find_assigned_values(text, is_code=path.endswith(_CODE)):
        yield _Place(_describe(value), value.start, value.end, value.certain)


def _describe(value: AssignedValue) -> str:
    if not value.name:
        return "a random value in a header"
    return f"a random value of {value.name}" if value.certain else f"what looks like a password in {value.name}"


def _is_allowed(path: str, lines: BoundedLines, number: int) -> bool:
    """Whether a comment of detect-secrets allows what is in a line, there or in the line before."""
    line, previous = lines.line(number), lines.line(number - 1)
    if _COMMENT not in line and _COMMENT not in previous:
        return False
    from detect_secrets.filters.allowlist import is_line_allowlisted
    from detect_secrets.util.code_snippet import CodeSnippet

    line, previous = line.rstrip()[-_MAX_LINE_LENGTH:], previous.rstrip()[:_MAX_LINE_LENGTH]
    return is_line_allowlisted(path, line, CodeSnippet([previous, line], 0, 1))
