"""Hides values in what others say: the platform may quote what it was sent, and some of it is nobody's to show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

__all__ = ["HIDDEN", "hider"]

HIDDEN = "(hidden)"
"""Is shown instead of a value."""

_MAX_SHORT_LENGTH = 5


def hider(values: Iterable[str]) -> Callable[[str], str]:
    """Create a function that hides values in a text, also where they are quoted as JSON quotes them.

    Args:
        values: The values; empty ones are left out.
    """
    plain = {value for value in values if value}
    quoted = {json.dumps(value, ensure_ascii=is_ascii)[1:-1] for value in plain for is_ascii in (True, False)}
    if not plain:
        return str
    pattern = re.compile("|".join(map(_pattern_of, sorted(plain | quoted, key=len, reverse=True))))
    return lambda text: pattern.sub(HIDDEN, text)


def _pattern_of(value: str) -> str:
    # A short value is also a part of ordinary words.
    escaped = re.escape(value)
    return escaped if len(value) > _MAX_SHORT_LENGTH else rf"(?<!\w){escaped}(?!\w)"
