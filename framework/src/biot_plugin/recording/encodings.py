"""Values that are written in texts: JSON, base64, addresses, queries."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

__all__ = ["as_base64", "as_json", "from_base64", "from_json", "is_query", "is_url"]

_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}|[A-Za-z0-9_-]{8,}={0,2}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s\"'<>\\]+")
_QUERY = re.compile(r"[^=&\s{}\[\]\"<>]{1,200}=[^&\s{}\[\]\"<>]*(?:&[^=&\s{}\[\]\"<>]{1,200}=[^&\s{}\[\]\"<>]*)*")
#: A parameter without a value, or the end of base64.
_PADDED = re.compile(r"[A-Za-z0-9+/_-]*={1,2}")
#: Digits of an integer that is read; nobody has written a longer one on purpose.
_MAX_DIGITS = 300
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def from_json(text: str) -> Any:
    """Parse JSON.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # An integer of more digits than Python reads.
        return json.loads(text, parse_int=lambda digits: int(digits[:_MAX_DIGITS]))


def as_json(value: Any) -> str:
    """Write a value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_base64(text: str) -> str | None:
    """Decode a text in base64; None where it is none, or what is in it is no text."""
    if not _BASE64.fullmatch(text) or text.isalpha() or text.isdecimal():
        return None
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if {*text} & {*"-_"} else None)
        decoded = content.decode()
    except ValueError:
        return None
    return decoded if _is_text(decoded) and _base64_size(decoded) == len(text.rstrip("=")) else None


def _is_text(text: str) -> bool:
    """Whether a text is one that somebody has written, and not some bytes that happen to be one."""
    if _UNPRINTABLE.search(text):
        return False
    return text[:1] in ("{", "[") or 2 * sum(map(str.isalnum, text)) >= len(text)


def _base64_size(text: str) -> int:
    """Return the number of characters, without padding, that a text has in base64."""
    return -(-len(text.encode()) * 4 // 3)


def as_base64(text: str, like: str) -> str:
    """Encode a text in base64, with the alphabet and padding of another one."""
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if {*like} & {*"-_"}:
        encoded = encoded.translate(str.maketrans("+/", "-_"))
    return encoded if len(like) % 4 == 0 else encoded.rstrip("=")


def is_url(text: str) -> bool:
    """Whether a text is an address."""
    return _URL.fullmatch(text) is not None


def is_query(text: str) -> bool:
    """Whether a text is a query, as behind the question mark of an address, or a form."""
    return _QUERY.fullmatch(text) is not None and not _PADDED.fullmatch(text)
