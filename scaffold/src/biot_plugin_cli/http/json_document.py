"""JSON from the network, read so that nothing in it can surprise what handles it."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

__all__ = ["read_json"]

# Far more than the platform sends, and few enough for functions that call themselves.
_MAX_DEPTH = 100


def read_json(content: bytes) -> Any:
    """Parse JSON. Of a name that is repeated in an object, the last value counts.

    Args:
        content: The text, in UTF-8, 16 or 32, with or without a byte order mark.

    Raises:
        ValueError: It is not JSON, or has numbers that JSON does not have, or is nested too deeply.
    """
    try:
        document = json.loads(content, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _require_depth(document)
    return document


def _require_depth(document: Any) -> None:
    level = [document]
    for _ in range(_MAX_DEPTH):
        level = [child for value in level for child in _children(value)]
        if not level:
            return
    raise ValueError("it is nested too deeply")


def _children(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant[:20]} is not a number of JSON")
