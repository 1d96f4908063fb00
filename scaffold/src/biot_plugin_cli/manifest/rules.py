"""Validation of `[tool.biot-plugin]`: the allowed keys and the limits of their values (contract section 6.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from biot_plugin_cli.manifest.aws_settings import find_aws_problems
from biot_plugin_cli.manifest.base_url import BASE_URL, BASE_URL_FORM, is_base_url
from biot_plugin_cli.manifest.environment_variables import find_variable_problems
from biot_plugin_cli.manifest.image_settings import find_image_problems
from biot_plugin_cli.manifest.lambda_runtimes import DEPRECATION_DATES, RUNTIMES
from biot_plugin_cli.manifest.problem import ManifestProblem, table_header
from biot_plugin_cli.manifest.production import PRODUCTION
from biot_plugin_cli.platform.plugin_names import NAME_FORM, PREFIX, is_name

__all__ = ["MAX_VERSION", "allowed_values", "find_problems"]

MAX_VERSION = 32767

_REQUIRED = ("name", "display-name", "version", "runtime")

_CORS_LISTS = ("allow-origins", "allow-methods", "allow-headers", "expose-headers")
_CORS_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH")
_MAX_RENDERED_LENGTH = 60
_TABLES = {"aws": find_aws_problems, "image": find_image_problems, "environment": find_variable_problems}

_TOP_LEVEL = ("env",)
_OF_ENVIRONMENTS = (BASE_URL, PRODUCTION)


def find_problems(table: Mapping[str, Any], environment: str | None = None) -> Iterator[ManifestProblem]:
    """Find every problem of a table.

    Args:
        table: `[tool.biot-plugin]`, or `[tool.biot-plugin.env.NAME]`.
        environment: The NAME of the latter, which has no required keys and may have a base URL.
    """
    within: tuple[str, ...] = ("env", environment) if environment is not None else ()
    allowed = {key: rule for key, rule in _RULES.items() if key not in (_TOP_LEVEL if within else _OF_ENVIRONMENTS)}
    for key in table:
        if key not in allowed:
            keys = ", ".join(sorted(allowed))
            message = f"{table_header(*within)} has the unknown key {key!r}"
            yield ManifestProblem("key-unknown", (*within, key), message, f"remove it, or use one of {keys}")
    for key in _REQUIRED if not within else ():
        if key not in table:
            advice = f"make it {_RULES[key].allowed}"
            yield ManifestProblem("key-missing", (key,), f"{table_header()} lacks {key!r}", advice)
    for key, value in table.items():
        if key in _TABLES:
            yield from _TABLES[key](value, within)
        elif key in allowed and not allowed[key].accepts(value):
            yield _value_problem((*within, key), value, allowed[key].allowed)


def allowed_values() -> Mapping[str, str]:
    """Return what each key may have, in words, in the order of the documentation."""
    return {key: rule.allowed for key, rule in _RULES.items()}


def _value_problem(keys: tuple[str, ...], value: Any, allowed: str) -> ManifestProblem:
    code = f"{keys[-1]}-invalid"
    if keys[-1] == "runtime":
        code = "runtime-unknown"
        if deprecated := DEPRECATION_DATES.get(str(value)):
            code, allowed = "runtime-deprecated", f"{allowed}; AWS deprecated it on {deprecated}"
    rendered = repr(value)
    if len(rendered) > _MAX_RENDERED_LENGTH:
        rendered = f"{rendered[: _MAX_RENDERED_LENGTH - 1]}…"
    message = f"{keys[-1]!r} of {table_header(*keys[:-1])} is {rendered}"
    return ManifestProblem(code, keys, message, f"make it {allowed}")


@dataclass(frozen=True, slots=True)
class _Rule:
    allowed: str
    accepts: Callable[[Any], bool]


def _text(max_length: int, pattern: str = r"(?s:.+)") -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= max_length and bool(re.fullmatch(pattern, value))


def _integer(minimum: int, maximum: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and minimum <= value <= maximum


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
    "name": _Rule(
        f"{NAME_FORM}, not beginning with {PREFIX}, which the platform puts before it",
        lambda value: isinstance(value, str) and is_name(value) and not value.startswith(PREFIX),
    ),
    "display-name": _Rule("a string of 1 to 255 characters", _text(255)),
    "version": _Rule(f"an integer from 1 to {MAX_VERSION}", _integer(1, MAX_VERSION)),
    "runtime": _Rule(f"one of {', '.join(RUNTIMES)}", lambda value: value in RUNTIMES),
    "handler": _Rule("a module and an attribute such as 'index.handler'", _text(1024, r"[^\W\d]\w*([./][^\W\d]\w*)+")),
    "timeout": _Rule("a whole number of seconds from 1 to 900", _integer(1, 900)),
    "memory-size": _Rule("a whole number of megabytes from 128 to 10240", _integer(128, 10240)),
    "ephemeral-storage": _Rule("a whole number of megabytes from 512 to 10240", _integer(512, 10240)),
    "environment": _Rule("a table of strings", lambda value: isinstance(value, dict)),
    "cors": _Rule(
        f"a table of lists of strings named {', '.join(_CORS_LISTS)}, with methods among {', '.join(_CORS_METHODS)}",
        _is_cors,
    ),
    "analytics-db-access": _Rule("true or false", lambda value: isinstance(value, bool)),
    "package": _Rule("'zip' or 'image'", lambda value: value in ("zip", "image")),
    "image": _Rule("a table, [tool.biot-plugin.image]", lambda value: isinstance(value, dict)),
    "target": _Rule("'biot' or 'aws'", lambda value: value in ("biot", "aws")),
    "aws": _Rule("a table, [tool.biot-plugin.aws]", lambda value: isinstance(value, dict)),
    "interception-order": _Rule("an integer, 1 or more", _integer(1, 2**31 - 1)),
    "env": _Rule("tables, [tool.biot-plugin.env.NAME]", _is_tables),
    BASE_URL: _Rule(BASE_URL_FORM, is_base_url),
    PRODUCTION: _Rule("true or false", lambda value: isinstance(value, bool)),
}
