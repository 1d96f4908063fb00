"""Takes out what nobody may read later: tokens and secrets."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["redacted"]

_HIDDEN = "<hidden>"
_TOKEN = re.compile(r"\beyJ[\w-]*\.[\w-]+\.[\w-]+")
_NAMES = frozenset(
    {"authorization", "jwt", "secretkey", "password", "cookie", "cookies", "accesstoken", "refreshtoken"}
)


def redacted(value: Any) -> Any:
    """Copy a JSON value without tokens, and without what stands in fields that are named after secrets."""
    if isinstance(value, str):
        return _TOKEN.sub(_HIDDEN, value)
    if isinstance(value, list | tuple):
        return [redacted(one) for one in value]
    if isinstance(value, dict):
        return {name: _HIDDEN if name.lower() in _NAMES else redacted(one) for name, one in value.items()}
    return value
