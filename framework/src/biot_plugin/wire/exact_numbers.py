"""Numbers that JSON text has and a float has not, such as `1e400`, `0.1234567890123456789` or `1.10`.

A handler reads such a number as an ordinary float. The float is remembered by its identity, together with the text that
it was parsed from, and where that very object is written again, the text is: wherever it was moved, and whatever
changed around it. The result of a calculation is another object, and is written as what it is.
"""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

#: The float of each remembered text by its id. Holding the float keeps its id from being used again.
_remembered: dict[int, tuple[float, str]] = {}
#: The ids in the order in which they were remembered, each with the number of the event that began last before it.
_order: deque[tuple[int, int]] = deque()
_lock = threading.Lock()
#: The threads of the events in progress, by the number of the event.
_events: dict[int, int] = {}
_last_event = 0


def begin() -> int:
    """Remember numbers until `end` is called with the number that is returned."""
    global _last_event
    with _lock:
        _last_event += 1
        _events[_last_event] = threading.get_ident()
        return _last_event


def end(event: int) -> None:
    """Forget the numbers that no event in progress can have read.

    Where events overlap without a pause, there is no moment at which none is in progress.
    """
    with _lock:
        _events.pop(event, None)
        if _order:
            oldest = min(_events, default=_last_event + 1)
            while _order and _order[0][0] < oldest:
                _remembered.pop(_order.popleft()[1], None)


def abandon(thread: int | None) -> None:
    """End the events of a thread that may never come back to end them itself; nobody waits for their replies."""
    for event in [event for event, ident in [*_events.items()] if ident == thread]:
        end(event)


def parse_float(text: str) -> float:
    """Parse a number with a fraction or an exponent."""
    value = float(text)
    if repr(value) != text:
        _remember(value, text)
    return value


def parse_int(text: str) -> int | float:
    """Parse a number without them; one that an int cannot hold or write again becomes a float."""
    if text != "-0":
        try:
            return int(text)
        except ValueError:  # More digits than `sys.get_int_max_str_digits()`.
            pass
    value = float(text)
    _remember(value, text)
    return value


def _remember(value: float, text: str) -> None:
    _remembered[id(value)] = (value, text)
    _order.append((_last_event, id(value)))


def is_remembered(value: float) -> bool:
    """Whether a number is written as the text that it was parsed from."""
    return id(value) in _remembered


def serialize(value: Any, encode: Callable[[Any], str]) -> str:
    """Encode a value, with the remembered numbers in it as their texts.

    Args:
        value: The value.
        encode: Encodes a value as JSON.

    Raises:
        RecursionError: The value is nested too deeply, or contains itself.
    """
    if not _remembered:
        return encode(value)
    # Nobody can know the mark in advance, so no text from outside can contain it.
    mark = os.urandom(16).hex()
    texts: list[str] = []
    text = encode(_replace(value, mark, texts))
    return re.sub(f'"{mark}(\\d+)"', lambda match: texts[int(match[1])], text) if texts else text


def _replace(value: Any, mark: str, texts: list[str]) -> Any:
    """Copy a value, with a string of the mark and a position in `texts` in place of each remembered number."""
    if isinstance(value, dict):
        return {name: _replace(member, mark, texts) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replace(element, mark, texts) for element in value]
    if type(value) is not float or id(value) not in _remembered:
        return value
    texts.append(_remembered[id(value)][1])
    return f"{mark}{len(texts) - 1}"
