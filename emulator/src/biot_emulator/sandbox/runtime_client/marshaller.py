"""Decodes events and encodes replies as JSON like simplejson, which Lambda uses.

Unlike in the standard library, a named tuple is an object, bytes are a string, and a `Decimal` is a number with all its
digits.
"""

from __future__ import annotations

import decimal
import json
import sys
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

from biot_emulator.sandbox.runtime_client.faults import Fault

__all__ = ["marshal", "unmarshal"]

_quote = encode_basestring if sys.version_info >= (3, 12) else encode_basestring_ascii
_CONSTANTS = {None: "null", True: "true", False: "false"}


def unmarshal(payload: bytes) -> Any:
    """Decode an event.

    Raises:
        Fault: It is not JSON.
    """
    try:
        return json.loads(payload.decode())
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def marshal(reply: Any) -> tuple[str | bytes, str]:
    """Encode a reply; bytes are not changed.

    Returns:
        The content and its content type.

    Raises:
        Fault: It cannot be encoded as JSON.
    """
    if isinstance(reply, bytes):
        return reply, "application/unknown"
    parts: list[str] = []
    try:
        _write(reply, parts, set())
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    return "".join(parts), "application/json"


def _write(value: Any, parts: list[str], open_containers: set[int]) -> None:
    """Append the JSON of a value; one call per level, so that the same depth is possible as on Lambda."""
    text = _scalar(value)
    if text is not None:
        parts.append(text)
        return
    if id(value) in open_containers:
        raise ValueError("Circular reference detected")
    open_containers.add(id(value))
    content = _content(value)
    if isinstance(content, dict):
        separator = "{"
        for key, inner in content.items():
            parts += (separator, _key(key), ": ")
            _write(inner, parts, open_containers)
            separator = ", "
        parts.append("}" if content else "{}")
    else:
        separator = "["
        for inner in content:
            parts.append(separator)
            _write(inner, parts, open_containers)
            separator = ", "
        parts.append("]" if content else "[]")
    open_containers.remove(id(value))


def _content(value: Any) -> dict[Any, Any] | list[Any] | tuple[Any, ...]:
    """Return the content of a container."""
    as_dict = getattr(value, "_asdict", None)
    if callable(as_dict):
        content = as_dict()
        if not isinstance(content, dict):
            raise TypeError(f"_asdict() must return a dict, not {type(content).__name__}")
        return content
    if isinstance(value, (dict, list, tuple)):
        return value
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _scalar(value: Any) -> str | None:
    """Encode a scalar; None for a container."""
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, bytes):
        return _quote(value.decode())
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, decimal.Decimal):
        return "NaN" if value.is_nan() else str(value)
    return None


def _float(value: float) -> str:
    if value != value:
        return "NaN"
    return repr(value).replace("inf", "Infinity")


def _key(key: Any) -> str:
    if isinstance(key, decimal.Decimal) or (text := _scalar(key)) is None:
        raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")
    return text if isinstance(key, (str, bytes)) else _quote(text)
