"""The lines that a plugin has logged, as entries: a traceback belongs to the line before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["log_entries"]

_TRACEBACK = "Traceback (most recent call last)"
#: How Lambda's own client begins what it logs of an exception: the frames come after it, and no other line.
_LAMBDA = "[ERROR]"
_ERRORS = (_LAMBDA, "ERROR", "CRITICAL")
_BETWEEN = ("During handling of", "The above exception")


def log_entries(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Return what was logged: each entry with its `text`, the lines of its `traceback`, and whether it `isError`.

    Args:
        lines: The lines of the plugin's output, in order.
    """
    entries: list[dict[str, Any]] = []
    within = False
    for line in _single(lines):
        starts = line.lstrip().startswith(_TRACEBACK)
        frame = not line.strip() or line[:1].isspace() or line.startswith(_BETWEEN)
        if entries and (starts or (within and (frame or not entries[-1]["text"].startswith(_LAMBDA)))):
            entries[-1]["traceback"].append(line)
            entries[-1]["isError"] = True
            # What is neither a frame nor between two tracebacks names the exception, and is the last line.
            within = starts or frame
        else:
            entries.append(_entry(line, starts))
            within = starts
    return entries


def _single(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line by itself: some clients put the lines of one record into one, between carriage returns."""
    for line in lines:
        yield from line.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _entry(line: str, is_traceback: bool) -> dict[str, Any]:
    head = line.lstrip()[:80]
    return {"text": line, "traceback": [], "isError": is_traceback or head.startswith(_ERRORS) or '"ERROR"' in head}
