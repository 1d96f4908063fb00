"""Strict JSON, as HTTP APIs exchange it: UTF-8, without Python's NaN and Infinity."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from itertools import chain
from typing import Any, NoReturn

__all__ = ["decode", "decode_every_part", "decode_request", "encode", "to_text"]

_MAX_DEPTH = 100


def decode(content: bytes | str) -> Any:
    """Decode a JSON document.

    Raises:
        ValueError: It is not JSON, not UTF-8, nested too deeply, or has a number that does not fit into a `float`.
    """
    try:
        return _DECODER.decode(_text(content))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def decode_every_part(content: bytes | str) -> Any:
    """Decode a JSON document that `decode` takes; of a name that comes again, each value has a name of its own.

    The last one keeps the name, as everybody reads it, and those before it have a number in front.
    """
    return json.loads(_text(content), object_pairs_hook=_numbered)


def decode_request(content: bytes | str) -> Any:
    """Decode a caller's JSON document, which must be safe to store, compare and forward.

    Raises:
        ValueError: `decode` raises it, it is nested more than 100 levels deep, or has a lone surrogate.
    """
    value = decode(content)
    if not _is_shallow(value):
        raise ValueError(f"it is nested more than {_MAX_DEPTH} deep")
    try:
        to_text(value).encode()
    except UnicodeEncodeError:
        raise ValueError("it has half of a surrogate pair") from None
    return value


def to_text(value: Any) -> str:
    """Encode a JSON document compactly and without escaping non-ASCII characters, as the platform does."""
    return _ENCODER.encode(value)


def encode(value: Any) -> bytes:
    """Encode a JSON document as UTF-8; a lone surrogate, which has no UTF-8, is escaped.

    Raises:
        ValueError: It is nested too deeply, or has a number that JSON does not allow.
    """
    try:
        return to_text(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _numbered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) == len(pairs):
        return document
    last = {name: index for index, (name, _) in enumerate(pairs)}
    for index, (name, value) in enumerate(pairs):
        if last[name] != index:
            number = index
            while f"{number}-{name}" in document:
                number += len(pairs)
            document[f"{number}-{name}"] = value
    return document


def _text(content: bytes | str) -> str:
    return content.decode() if isinstance(content, bytes) else content


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _parse_finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


# Made once: `json` makes new ones for each document that is not read or written as it does by default.
_DECODER = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_parse_finite)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _is_shallow(value: Any) -> bool:
    depth, level = 0, _containers([value])
    while level and depth <= _MAX_DEPTH:
        inner = (container.values() if isinstance(container, dict) else container for container in level)
        depth, level = depth + 1, _containers(chain.from_iterable(inner))
    return depth <= _MAX_DEPTH


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]
