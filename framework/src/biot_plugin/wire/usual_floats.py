"""Whether the floats in a large JSON text are written as they came, which a look at all of it tells.

A float that is not is remembered with its text, by a function that the parser calls for each: many of them take longer.
"""

from __future__ import annotations

import re

#: Characters that are looked at to see whether there are many floats, and from how many points on there may be.
_SAMPLE = 4 * 1024
_MANY = 32
#: What a number must contain that a float may write otherwise: zeros at its end or, as it is less than 0.0001, at its
#: beginning; more than 15 digits; an exponent. Each begins with one character, which is fast to search for.
_UNUSUAL = tuple(
    map(
        re.compile,
        (
            r"\.(?:\d\d+(?![^,\]}\s])(?:(?<=0)|(?<=\d{9}))|0000|(?<=\d{7}\.)\d)",
            r"E(?<=\dE)[+-]?\d",
            r"e(?<=\de)[+-]?\d+(?![^,\]}\s])",
        ),
    )
)


def are_many(text: str) -> bool:
    """Whether it is cheaper to look at all floats of a large text than to parse each by a function."""
    middle = len(text) // 2
    return text.count(".", middle - _SAMPLE, middle) > _MANY


def are_usual(text: str) -> bool:
    """Whether every float in a JSON text is written as the text that it has there; a no may be wrong."""
    return not any(pattern.search(text) for pattern in _UNUSUAL)
