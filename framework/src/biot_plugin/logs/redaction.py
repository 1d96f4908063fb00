"""Redacts tokens and patients' data in log records.

Closed by default: everything that looks like a token, and every field whose name suggests tokens or entities, is
masked. A plugin logs what it needs in the text of the message, or in fields with names of its own.
"""

from __future__ import annotations

import re
from typing import Any

_MASK = "[redacted]"
_TOKEN = re.compile(r"eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?|(?<=[Bb]earer )[^\s\"'\\,]+")
#: Validation libraries quote the offending value in the text of their errors.
_QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)
_SENSITIVE = frozenset(
    (
        "accesstoken",
        "additionaldata",
        "authorization",
        "body",
        "claims",
        "cookie",
        "data",
        "entities",
        "entity",
        "event",
        "headers",
        "jwt",
        "oldentity",
        "password",
        "queryparameters",
        "refreshtoken",
        "request",
        "response",
        "searchrequest",
        "secret",
        "secretkey",
        "setcookie",
        "token",
        "xapikey",
    )
)


def mask_tokens(value: str) -> str:
    """Mask the tokens and the quoted input in a text."""
    if "input_value=" in value:
        value = _QUOTED_INPUT.sub(f"input_value={_MASK}", value)
    return _TOKEN.sub(_MASK, value)


def mask_message(value: Any) -> str:
    """Redact a log message: mask tokens in text; show only the type of any other value, which may be a whole body."""
    return mask_tokens(value) if isinstance(value, str) else f"[redacted {type(value).__name__}]"


def mask_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Mask the sensitive ones of a log record's extra fields, at every depth."""
    return {name: _MASK if _is_sensitive(name) else _mask_value(value) for name, value in values.items()}


def _mask_value(value: Any) -> Any:
    if isinstance(value, str):
        return mask_tokens(value)
    if isinstance(value, dict):
        return mask_fields(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_mask_value(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return mask_tokens(str(value))


def _is_sensitive(name: object) -> bool:
    normalized = str(name).lower().replace("_", "").replace("-", "")
    # The platform's built-in attributes of an entity start with an underscore: `_name`, `_dateOfBirth`.
    return str(name).startswith("_") or normalized in _SENSITIVE
