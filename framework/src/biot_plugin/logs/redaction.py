"""Keeps tokens and patients' data out of the log.

Closed by default: whatever looks like a token, and whatever sits under a name that carries tokens or entities, is
replaced. What a plugin wants in its log it names itself, in the text of the message or under a name of its own.
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


def text(value: str) -> str:
    """The text without the tokens and the quoted input in it."""
    if "input_value=" in value:
        value = _QUOTED_INPUT.sub(f"input_value={_MASK}", value)
    return _TOKEN.sub(_MASK, value)


def message(value: Any) -> str:
    """A log message: text without tokens; of any other value, which may be a whole body, only its type."""
    return text(value) if isinstance(value, str) else f"[redacted {type(value).__name__}]"


def fields(values: dict[str, Any]) -> dict[str, Any]:
    """Extra fields of a log record, with the sensitive ones masked at every depth."""
    return {name: _MASK if _is_sensitive(name) else _value(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return fields(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_value(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return text(str(value))


def _is_sensitive(name: object) -> bool:
    plain = str(name).lower().replace("_", "").replace("-", "")
    # The platform's built-in attributes of an entity start with an underscore: `_name`, `_dateOfBirth`.
    return str(name).startswith("_") or plain in _SENSITIVE
