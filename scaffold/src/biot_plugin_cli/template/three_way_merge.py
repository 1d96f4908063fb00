"""The merge of one file: the changes between two renderings of the template, and the author's.

Line ends are the author's: they may differ from the template's without being a change.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.git.environment import isolated
from biot_plugin_cli.git.runner import run_git

__all__ = ["Merged", "is_same_text", "merge", "with_line_ends_of"]

_LABELS = ("before updating", "last update", "after updating")
# `git merge-file` exits with the number of conflicts, 127 if there are more, and with 128 or more if it failed.
_CONFLICTS = range(128)
_LINE_END = re.compile(rb"(?<!\r)\r+\n")
# Where git looks for a NUL to tell whether a file is text.
_HEAD_BYTES = 8000


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge.

    Attributes:
        content: The merged file; with conflict markers, or the author's if a file is binary.
        conflict: Whether the author has to choose.
    """

    content: bytes
    conflict: bool


def merge(scratch: Path, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """Merge a file.

    Args:
        scratch: A folder for temporary files, in no repository.
        base: What the author started from; empty if the author and the template both added the file.
        ours: The author's file.
        theirs: The template's new file.
    """
    if is_same_text(ours, theirs) or is_same_text(base, theirs):
        return Merged(ours, conflict=False)
    if is_same_text(ours, base):
        return Merged(with_line_ends_of(ours, theirs), conflict=False)
    if any(map(_is_binary, (base, ours, theirs))):
        return Merged(ours, conflict=True)
    names = []
    for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
        (scratch / name).write_bytes(_normalized(content))
        names.append(name)
    labels = [option for label in _LABELS for option in ("-L", label)]
    command = ("merge-file", "--stdout", *labels, "--", *names)
    conflicts, merged = run_git(scratch, *command, environment=isolated(), allowed=_CONFLICTS)
    return Merged(with_line_ends_of(ours, merged), conflict=conflicts > 0)


def is_same_text(left: bytes, right: bytes) -> bool:
    """Tell whether two files are equal except for line ends."""
    if left == right:
        return True
    return not _is_binary(left) and not _is_binary(right) and _normalized(left) == _normalized(right)


def with_line_ends_of(model: bytes, content: bytes) -> bytes:
    """Give each line of a text the line end that it has in a model; lines that are new there get its most frequent one.

    Args:
        model: The author's file.
        content: The text to convert.
    """
    if b"\r\n" not in model or _is_binary(model):
        return content
    lines, originals = _lines(_normalized(content)), _lines(model)
    crlf, total = model.count(b"\r\n"), model.count(b"\n")
    converted = [_with_crlf(line) for line in lines] if crlf * 2 > total else [*lines]
    if crlf < total or b"\r\r\n" in model:
        matcher = difflib.SequenceMatcher(None, [_normalized(line) for line in originals], lines, autojunk=False)
        for block in matcher.get_matching_blocks():
            converted[block.b : block.b + block.size] = originals[block.a : block.a + block.size]
    return b"".join(converted)


def _lines(content: bytes) -> list[bytes]:
    # Not splitlines(), which also ends a line at a lone carriage return.
    *complete, rest = content.split(b"\n")
    return [line + b"\n" for line in complete] + ([rest] if rest else [])


def _with_crlf(line: bytes) -> bytes:
    return line[:-1] + b"\r\n" if line.endswith(b"\n") else line


def _normalized(content: bytes) -> bytes:
    # All carriage returns, so that to normalize twice changes nothing.
    return _LINE_END.sub(b"\n", content)


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:_HEAD_BYTES]
