"""The header `range`: which bytes of a content are requested."""

from __future__ import annotations

import re

from biot_emulator.services.files.errors import RangeNotSatisfiable

__all__ = ["byte_range"]

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*")


def byte_range(text: str, size: int) -> tuple[int, int] | None:
    """Return where the requested bytes start and end; None for all of them.

    Several ranges, other units and what is no range are ignored, as HTTP allows.

    Args:
        text: The header's value; empty where there is none.
        size: The number of bytes.

    Raises:
        RangeNotSatisfiable: The content has none of these bytes.
    """
    match = _RANGE.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise RangeNotSatisfiable(f"The file has {size} bytes, and none of those requested", size=size)
    return start, end
