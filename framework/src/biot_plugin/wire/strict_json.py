"""Strict JSON: no NaN or Infinity in either direction, and text that every parser accepts."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def loads(text: str | bytes) -> Any:
    """Parse JSON text.

    Raises:
        ValueError: The text is not JSON, or is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def dumps(value: Any) -> str:
    """Serialize a value to JSON text.

    Raises:
        TypeError: A value is of a type that JSON does not have.
        ValueError: A number is not finite, or the value contains itself or is nested too deeply.
    """
    try:
        text = _serialize(value, ensure_ascii=False)
    except RecursionError:
        raise ValueError("the value is nested too deeply") from None
    # A lone surrogate is legal in JSON when escaped, but cannot be encoded as UTF-8.
    return text if text.isascii() or _is_encodable(text) else _serialize(value, ensure_ascii=True)


def _serialize(value: Any, *, ensure_ascii: bool) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
