"""JSON as the wire wants it: strict in both directions, and unchanged on the way through."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def loads(text: str | bytes) -> Any:
    """Parses JSON text.

    Raises:
        ValueError: The text is not JSON, or nests too deeply to be read.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("the JSON nests too deeply") from None


def dumps(value: Any) -> str:
    """Writes JSON text that any reader accepts.

    Raises:
        TypeError: A value is of a type that JSON does not know.
        ValueError: A number is not finite, or the value contains itself or nests too deeply.
    """
    try:
        text = _write(value, ensure_ascii=False)
    except RecursionError:
        raise ValueError("the value nests too deeply") from None
    # A lone surrogate is legal in JSON when escaped, but cannot be encoded as UTF-8.
    return text if text.isascii() or _encodable(text) else _write(value, ensure_ascii=True)


def _write(value: Any, *, ensure_ascii: bool) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
