"""JSON as the wire has it: UTF-8, and without the NaN that Python alone knows."""

from __future__ import annotations

import json
from typing import Any, NoReturn

__all__ = ["decode", "encode", "to_text"]


def decode(content: bytes | str) -> Any:
    """Read one JSON document.

    Raises:
        ValueError: It is not JSON, not UTF-8, or nested too deeply.
    """
    try:
        text = content.decode() if isinstance(content, bytes) else content
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def to_text(value: Any) -> str:
    """Write one JSON document compactly, with every character as itself, as the platform does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(value: Any) -> bytes:
    """Write one JSON document as bytes; half a surrogate pair has no UTF-8 and is escaped."""
    try:
        return to_text(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
