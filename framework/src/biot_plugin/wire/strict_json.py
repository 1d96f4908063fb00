"""Strict JSON: no NaN or Infinity in either direction, numbers written as they were read, text that parsers accept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.decoder import WHITESPACE  # type: ignore[attr-defined]  # typeshed lacks it
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NoReturn

from biot_plugin.wire import exact_numbers

SPACES = " \t\n\r"
#: Reads a value that begins at a position of a text; returns it, and the position after it.
Scan = Callable[[str, int], tuple[Any, int]]

#: Characters from which on a text is worth a look at the whole of it, or at its parts.
LARGE = 8 * 1024
#: A number that an int writes as `0`, before the end of a text.
_NEGATIVE_ZERO = re.compile(r"-0[\s,\]}]")


def loads(text: str | bytes) -> Any:
    """Parse JSON text. Of a name that is repeated in an object, the last value counts.

    Raises:
        ValueError: The text is not JSON, or is nested too deeply.
    """
    if not isinstance(text, str):
        text = decode(text)
    try:
        return _parse(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def decode(content: bytes) -> str:
    """Decode JSON text. Raises ValueError."""
    return content.decode(json.detect_encoding(content), "surrogatepass")


def dumps(value: Any) -> str:
    """Serialize a value to JSON text.

    Raises:
        TypeError: A value is of a type that JSON does not have.
        ValueError: A number is not finite, or the value contains itself or is nested too deeply.
    """
    try:
        text = exact_numbers.serialize(value, _ENCODER.encode)
        # A lone surrogate is legal in JSON when escaped, but cannot be encoded as UTF-8.
        return text if is_encodable(text) else exact_numbers.serialize(value, _ESCAPING.encode)
    except RecursionError:
        raise ValueError("the value is nested too deeply") from None


def dumps_text(text: str) -> str:
    """Serialize text."""
    written = encode_basestring(text)
    return written if is_encodable(written) else encode_basestring_ascii(text)


def _parse(text: str) -> Any:
    if has_negative_zero(text):
        return _SLOW_DECODER.decode(text)
    is_plain = len(text) >= LARGE and _has_plain_floats(text)
    try:
        value, end = (scan_plainly if is_plain else scan)(text, skip_space(text, 0))
        if end == len(text) or skip_space(text, end) == len(text):
            return value
        raise json.JSONDecodeError("Extra data", text, end)
    except StopIteration as error:
        raise json.JSONDecodeError("Expecting value", text, error.value) from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # Perhaps for an integer that is too long for `int`.
        return _SLOW_DECODER.decode(text)


def has_negative_zero(text: str) -> bool:
    """Whether a text may have an integer that an int writes as `0`."""
    # One character is searched for many times as fast as two.
    return "-" in text and (_NEGATIVE_ZERO.search(text) is not None or text.endswith("-0"))


def _has_plain_floats(text: str) -> bool:
    """Whether a large text has many floats, and none that a float writes otherwise."""
    from biot_plugin.wire import usual_floats

    return usual_floats.are_many(text) and usual_floats.are_usual(text)


def skip_space(text: str, position: int) -> int:
    """Return the position of the next character that is no white space; the length of the text where there is none."""
    if text[position : position + 1] in SPACES:
        position = WHITESPACE.match(text, position).end()
    return position


def is_encodable(text: str) -> bool:
    """Whether a text can be encoded as UTF-8."""
    if text.isascii():
        return True
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
_PLAIN_DECODER = json.JSONDecoder(parse_constant=_refuse)
#: Read a value at a position, with floats that are written as they came, and with what Python has for them.
scan: Scan = _DECODER.scan_once  # type: ignore[attr-defined]  # typeshed lacks it
scan_plainly: Scan = _PLAIN_DECODER.scan_once  # type: ignore[attr-defined]
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ESCAPING = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))
