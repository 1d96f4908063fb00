"""The time that everything in an image has: 1970, or what SOURCE_DATE_EPOCH says, as other reproducible builders do."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from biot_plugin_cli.errors import UsageError

__all__ = ["build_time", "timestamp"]

_VARIABLE = "SOURCE_DATE_EPOCH"
# The last second of the year 9999: the tar format and RFC 3339 can represent it.
_LATEST = 253402300799


def build_time() -> int:
    """Return the time of everything in an image, in seconds since 1970.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is not a number of seconds.
    """
    text = os.environ.get(_VARIABLE, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(_LATEST)) or int(text) > _LATEST:
        raise UsageError(f"{_VARIABLE} is {text[:40]!r}: make it a number of seconds since 1970, or unset it")
    return int(text)


def timestamp(seconds: int) -> str:
    """Format a time as an image's configuration has it (RFC 3339)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
