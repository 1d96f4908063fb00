"""Redacts tokens and patients' data in log records.

Closed by default: everything that looks like a token, and every field whose name suggests tokens or entities, is
masked, and so is every value that may hold a whole body. A plugin logs what it needs in the text of the message, or in
fields with names of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

_MASK = "[redacted]"
#: Nobody reads deeper, and what is logged may be nested without end.
_MAX_DEPTH = 20
_CODE = (type, FunctionType, BuiltinFunctionType, MethodType)
#: Modules of types whose text is one plain value.
_PLAIN = frozenset(("datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid", "zoneinfo"))
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
    from biot_plugin.logs.secret_patterns import PATTERNS, QUOTES

    if any(quote in value for quote in QUOTES):
        value = _mask_quotes(value)
    for text, other, pattern in PATTERNS:
        if text in value or other in value:
            value = pattern.sub(rf"\1{_MASK}", value)
    return value


def mask_targets(arguments: Any) -> tuple[Any, ...]:
    """Mask the arguments of a server's log of requests: tokens, and the queries of targets, which may have names."""
    return tuple(
        _mask_target(argument) if isinstance(argument, str) else _mask_argument(argument)
        for argument in _listed(arguments)
    )


def _mask_target(text: str) -> str:
    path, mark, _ = text.partition("?")
    return f"{mask_tokens(path)}?{_MASK}" if mark else mask_tokens(path)


def mask_message(value: Any, arguments: Any = ()) -> str:
    """Format and redact a log message.

    Tokens in text are masked. Of a message or an argument that is not text or one plain value, only the type is shown,
    because it may be a whole body; and so it is for text that is JSON. What cannot be formatted is shown without its
    arguments.
    """
    if not isinstance(value, str):
        return _placeholder(value)
    if not arguments:
        return mask_tokens(_mask_json(value))
    masked: Any = _mask_arguments(value, arguments)
    try:
        return mask_tokens(value % masked)
    except Exception:
        types = ", ".join(type(argument).__name__ for argument in _listed(arguments))
        return mask_tokens(f"{value} [redacted arguments that do not fit: {types}]")


def mask_exception(error: BaseException) -> str:
    """Return the text of an error, without the tokens and the input that it quotes."""
    try:
        return mask_tokens(str(error))
    except Exception:
        return _placeholder(error)


def mask_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Mask the sensitive ones of a log record's extra fields, at every depth."""
    return _mask_members(values, 0)


def _mask_quotes(text: str) -> str:
    from biot_plugin.logs.secret_patterns import QUOTE, QUOTES

    parts: list[str] = []
    absent, at = set(), 0
    while quote := QUOTE.search(text, at):
        start, after = quote.end(), QUOTES[quote[0]]
        end = -1 if after in absent else text.find(after, start)
        parts.append(text[at:start])
        if end < 0:  # Nor is it after any later quote: not to be searched for again.
            absent.add(after)
        else:
            parts.append(_MASK)
        at = max(start, end)
    return "".join((*parts, text[at:]))


def _mask_members(values: dict[Any, Any], depth: int) -> dict[str, Any]:
    return {
        _mask_name(name): _MASK if _is_sensitive(name) else _mask_value(value, depth) for name, value in values.items()
    }


def _mask_name(name: Any) -> str:
    return str(name) if name is None or isinstance(name, (str, bool, int, float, Enum)) else _placeholder(name)


def _mask_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return mask_tokens(value)
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return _placeholder(value) if depth == _MAX_DEPTH else _mask_container(value, depth + 1)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _mask_object(value)


def _mask_container(value: Any, depth: int) -> Any:
    return _mask_members(value, depth) if isinstance(value, dict) else [_mask_value(item, depth) for item in value]


def _mask_arguments(text: str, arguments: Any) -> Any:
    if not isinstance(arguments, Mapping):
        return tuple(_mask_argument(argument) for argument in _listed(arguments))
    if "%(" not in text:  # One argument, which happens to be a dict: a body.
        return (_placeholder(arguments),)
    return {name: _MASK if _is_sensitive(name) else _mask_argument(argument) for name, argument in arguments.items()}


def _listed(arguments: Any) -> tuple[Any, ...]:
    return arguments if isinstance(arguments, tuple) else (arguments,)


def _mask_argument(value: Any) -> Any:
    if isinstance(value, str):
        return _mask_json(value)
    return value if value is None or isinstance(value, (bool, int, float)) else _mask_object(value)


def _mask_object(value: Any) -> str:
    """The text of a plain value, an error or a piece of code; the type of anything else, which may be a model."""
    if isinstance(value, BaseException):
        return mask_exception(value)
    if isinstance(value, tuple) or not (_is_plain(value) or _says_nothing(type(value))):
        return _placeholder(value)
    return mask_tokens(str(value))


def _is_plain(value: Any) -> bool:
    module = type(value).__module__
    return module in _PLAIN or module.startswith("biot_plugin.") or isinstance(value, (Enum, *_CODE))


def _says_nothing(own: Any) -> bool:
    """Whether the text of a type's values is that of `object`, which has nothing of their content."""
    return own.__repr__ is object.__repr__ and own.__str__ is object.__str__


def _mask_json(text: str) -> str:
    """Text, unless it is a JSON object or list."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _placeholder(json.loads(text, parse_int=str))
        except ValueError:
            return text
        except RecursionError:
            return "[redacted nested JSON]"
    return text


def _placeholder(value: Any) -> str:
    return f"[redacted {type(value).__name__}]"


def _is_sensitive(name: object) -> bool:
    if not isinstance(name, str):
        return False
    normalized = name.lower().replace("_", "").replace("-", "")
    # The platform's built-in attributes of an entity start with an underscore: `_name`, `_dateOfBirth`.
    return name.startswith("_") or normalized in _SENSITIVE
