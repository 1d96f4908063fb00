"""Strict JSON: no NaN or Infinity in either direction, numbers written as they were read, text that parsers accept."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from biot_plugin.wire import exact_numbers

#: A number that an int writes as `0`; in text, the pattern costs no more than a slower way to read the integers.
_NEGATIVE_ZERO = re.compile(r"-0(?=[\s,\]}]|$)")


def loads(text: str | bytes) -> Any:
    """Parse JSON text. Of a name that is repeated in an object, the last value counts.

    Raises:
        ValueError: The text is not JSON, or is nested too deeply.
    """
    if not isinstance(text, str):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    try:
        return _parse(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def dumps(value: Any) -> str:
    """Serialize a value to JSON text.

    Raises:
        TypeError: A value is of a type that JSON does not have.
        ValueError: A number is not finite, or the value contains itself or is nested too deeply.
    """
    try:
        text = exact_numbers.serialize(value, _ENCODER.encode)
        # A lone surrogate is legal in JSON when escaped, but cannot be encoded as UTF-8.
        return text if text.isascii() or _is_encodable(text) else exact_numbers.serialize(value, _ESCAPING.encode)
    except RecursionError:
        raise ValueError("the value is nested too deeply") from None


def _parse(text: str) -> Any:
    if "-0" in text and _NEGATIVE_ZERO.search(text):
        return _SLOW_DECODER.decode(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # Perhaps for an integer that is too long for `int`.
        return _SLOW_DECODER.decode(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_float=exact_numbers.parse_float, parse_constant=_refuse)
#: Calls a function for each integer, which takes several times as long.
_SLOW_DECODER = json.JSONDecoder(
    parse_float=exact_numbers.parse_float, parse_int=exact_numbers.parse_int, parse_constant=_refuse
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ESCAPING = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))
