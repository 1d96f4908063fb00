"""What a plugin's manifest may say: the keys of `[tool.biot-plugin]` and their limits (contract section 6.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from biot_plugin_cli.plugin.environment_variables import environment_mistakes
from biot_plugin_cli.plugin.interpreters import RUNTIMES
from biot_plugin_cli.plugin.lambda_runtimes import DEPRECATION_DATES
from biot_plugin_cli.plugin.manifest_problem import Mistake, named

__all__ = ["BASE_URL", "REQUIRED", "is_base_url", "mistakes_in"]

REQUIRED = ("name", "display-name", "version", "runtime")
BASE_URL = "base-url"
BASE_URL_FORM = "an address such as https://api.example.biot-med.com, with http:// on this machine alone"

_CORS_LISTS = ("allow-origins", "allow-methods", "allow-headers", "expose-headers")
_CORS_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_SHOWN = 60


def mistakes_in(table: Mapping[str, Any], environment: str | None = None) -> Iterator[Mistake]:
    """Find everything that is wrong with a table.

    Args:
        table: `[tool.biot-plugin]`, or `[tool.biot-plugin.env.NAME]`.
        environment: The NAME of the latter, which may leave out anything, and has an address.
    """
    within: tuple[str, ...] = ("env", environment) if environment is not None else ()
    allowed = {key: rule for key, rule in _RULES.items() if key != ("env" if within else BASE_URL)}
    for key in table:
        if key not in allowed:
            keys = ", ".join(sorted(allowed))
            said = f"{named(*within)} has the unknown key {key!r}"
            yield Mistake("key-unknown", (*within, key), said, f"take it away, or write one of {keys}")
    for key in REQUIRED if not within else ():
        if key not in table:
            yield Mistake("key-missing", (key,), f"{named()} lacks {key!r}", f"make it {_RULES[key].allowed}")
    for key, value in table.items():
        if key == "environment":
            yield from environment_mistakes(value, within)
        elif key in allowed and not allowed[key].fits(value):
            yield _mistake((*within, key), value, allowed[key].allowed)


def is_base_url(value: Any) -> bool:
    """Whether a value is the address of a platform: its calls carry credentials, which must not go in the open."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        local, _ = parts.hostname in _THIS_MACHINE, parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if local else ("https",)
    return bool(parts.hostname) and parts.scheme in schemes and not (parts.query or parts.fragment or parts.username)


def _mistake(keys: tuple[str, ...], value: Any, allowed: str) -> Mistake:
    code = f"{keys[-1]}-invalid"
    if keys[-1] == "runtime":
        code = "runtime-unknown"
        if deprecated := DEPRECATION_DATES.get(str(value)):
            code, allowed = "runtime-deprecated", f"{allowed}, as AWS has deprecated it on {deprecated}"
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    return Mistake(code, keys, f"{keys[-1]!r} of {named(*keys[:-1])} is {shown}", f"make it {allowed}")


@dataclass(frozen=True, slots=True)
class _Rule:
    allowed: str
    fits: Callable[[Any], bool]


def _text(longest: int, pattern: str = r"(?s:.+)") -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest and bool(re.fullmatch(pattern, value))


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_cors(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(key in _CORS_LISTS and isinstance(items, list) for key, items in value.items())
        and all(isinstance(item, str) for items in value.values() for item in items)
        and all(method in _CORS_METHODS for method in value.get("allow-methods", ()))
    )


def _is_tables(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(table, dict) for table in value.values())


_RULES: Mapping[str, _Rule] = {
    "name": _Rule("1 to 57 letters, digits, '-' and '_'", _text(57, r"[a-zA-Z0-9_-]+")),
    "display-name": _Rule("a text of 1 to 255 characters", _text(255)),
    "version": _Rule("a whole number from 1 to 32767", _whole(1, 32767)),
    "runtime": _Rule(f"one of {', '.join(RUNTIMES)}", lambda value: value in RUNTIMES),
    "handler": _Rule("a module and an attribute such as 'index.handler'", _text(1024, r"[^\W\d]\w*([./][^\W\d]\w*)+")),
    "timeout": _Rule("a whole number of seconds from 1 to 900", _whole(1, 900)),
    "memory-size": _Rule("a whole number of megabytes from 128 to 10240", _whole(128, 10240)),
    "ephemeral-storage": _Rule("a whole number of megabytes from 512 to 10240", _whole(512, 10240)),
    "environment": _Rule("a table of texts", lambda value: isinstance(value, dict)),
    "cors": _Rule(
        f"a table of lists of texts named {', '.join(_CORS_LISTS)}, the methods among {', '.join(_CORS_METHODS)}",
        _is_cors,
    ),
    "analytics-db-access": _Rule("true or false", lambda value: isinstance(value, bool)),
    "package": _Rule("'zip' or 'image'", lambda value: value in ("zip", "image")),
    "interception-order": _Rule("a whole number, 1 or more", _whole(1, 2**31 - 1)),
    "env": _Rule("tables, [tool.biot-plugin.env.NAME]", _is_tables),
    BASE_URL: _Rule(BASE_URL_FORM, is_base_url),
}
