"""A record as lines of a log, compressed: no character in them is changed by whatever stores or exports logs."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["MARK", "TooLarge", "log_lines"]

#: What each line begins with: `biot-recording:VERSION:ID:PART:PARTS:CONTENT`.
MARK = "biot-recording"
#: CloudWatch takes 256 KB in one event of a log.
_MAX_LINE = 200_000
_MAX_LINES = 5
_ID_LENGTH = 16


class TooLarge(ValueError):
    """A record has more lines than are written."""


def log_lines(record: Mapping[str, Any]) -> list[str]:
    """Return the lines of a record.

    Raises:
        TooLarge: There are too many.
    """
    text = json.dumps(record, separators=(",", ":"), allow_nan=False)
    content = zlib.compress(text.encode(), 9)
    data = base64.urlsafe_b64encode(content).decode()
    parts = [data[start : start + _MAX_LINE] for start in range(0, len(data), _MAX_LINE)]
    if len(parts) > _MAX_LINES:
        raise TooLarge(f"it has {len(data)} bytes, compressed")
    id = sha256(content).hexdigest()[:_ID_LENGTH]
    return [f"{MARK}:1:{id}:{number}:{len(parts)}:{part}" for number, part in enumerate(parts, 1)]
