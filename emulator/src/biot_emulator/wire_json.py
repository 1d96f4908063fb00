"""JSON as the wire has it: UTF-8, and without the NaN that Python alone knows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from itertools import chain
from typing import Any, NoReturn

__all__ = ["decode", "decode_request", "encode", "to_text"]

_DEEPEST = 100


def decode(content: bytes | str) -> Any:
    """Read one JSON document.

    Raises:
        ValueError: It is not JSON, not UTF-8, nested too deeply, or has a number that no `float` can hold.
    """
    try:
        text = content.decode() if isinstance(content, bytes) else content
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def decode_request(content: bytes | str) -> Any:
    """Read what a caller sends, which the platform is to keep, to compare and to send on.

    Raises:
        ValueError: It is nothing that `decode` reads, nested more than 100 deep, or has half of a surrogate pair.
    """
    value = decode(content)
    if not _is_shallow(value):
        raise ValueError(f"it is nested more than {_DEEPEST} deep")
    try:
        to_text(value).encode()
    except UnicodeEncodeError:
        raise ValueError("it has half of a surrogate pair") from None
    return value


def to_text(value: Any) -> str:
    """Write one JSON document compactly, with every character as itself, as the platform does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(value: Any) -> bytes:
    """Write one JSON document as bytes; half a surrogate pair has no UTF-8 and is escaped.

    Raises:
        ValueError: It is nested too deeply, or has a number that JSON does not know.
    """
    try:
        return to_text(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


def _is_shallow(value: Any) -> bool:
    depth, level = 0, _containers([value])
    while level and depth <= _DEEPEST:
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        depth, level = depth + 1, _containers(chain.from_iterable(inner))
    return depth <= _DEEPEST


def _containers(values: Iterable[Any]) -> list[Any]:
    return [one for one in values if isinstance(one, dict | list)]
