"""The files of the template that an author has renamed, found as git finds them: by what they still have in common."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

__all__ = ["find_renamed"]

# As for git: the least part that a renamed file has in common with the one that it was.
_SIMILARITY = 0.5


def find_renamed(missing: Mapping[str, bytes], added: Mapping[str, bytes]) -> dict[str, str]:
    """Find the new names of files.

    Args:
        missing: The content of the files that are no longer there, by path.
        added: The content of the files that the author has added, by path.

    Returns:
        The new path of each file that has one.
    """
    pairs = [
        (similarity, path, other)
        for path, content in missing.items()
        for other, added_content in added.items()
        if (similarity := _similarity(content, added_content)) >= _SIMILARITY
    ]
    renamed: dict[str, str] = {}
    for _, path, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if path not in renamed and other not in renamed.values():
            renamed[path] = other
    return renamed


def _similarity(left: bytes, right: bytes) -> float:
    matcher = difflib.SequenceMatcher(None, _lines(left), _lines(right), autojunk=False)
    if matcher.real_quick_ratio() < _SIMILARITY or matcher.quick_ratio() < _SIMILARITY:
        return 0.0
    return matcher.ratio()


def _lines(content: bytes) -> list[bytes]:
    return [line for line in _stripped(content.split(b"\n")) if line]


def _stripped(lines: Iterable[bytes]) -> Iterable[bytes]:
    return (line.rstrip(b"\r") for line in lines)
