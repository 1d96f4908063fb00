"""Finds what is secret in environment variables and JSON: by the names, and by what the values look like."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote

from biot_emulator.security.random_text import looks_random

__all__ = ["is_secret_name", "named_secrets", "secret_fields", "secret_variables"]

_SECRET_NAME = re.compile(
    r"(?i)pass(?:word|wd|phrase|code)|pwd|secret|token|credential|api[-_]?key|webhook|cookie|jwt|bearer"
    r"|(?:access|account|admin|auth|client|db|encryption|private|service|shared|signing|storage)[-_]?(?:access)?[-_]?key"
    r"|(?:^|[-_])(?:key|pass|auth|pat|dsn|salt)$|authorization|connection[-_]?string"
)
# What such a name ends in where the value only speaks of a secret: its address, its name, its lifetime.
_ABOUT_A_SECRET = re.compile(
    r"(?i)[-_]?(?:url|uri|endpoint|host|name|id|arn|path|file|type|header|issuer|audience|algorithm|length|count"
    r"|seconds|minutes|hours|days|ttl|timeout|expir\w*|enabled|required|policy|version|hash|digest|fingerprint|checksum)$"
    r"|(?:public|primary|foreign|sort|partition|cache|idempotency|lookup|index)[-_]?key"
)
_ADDRESS = re.compile(r"://[^\s/:@]*:([^\s/@]+)@")
_PAIR = re.compile(r"(?:^|[;&?,\s])([\w.-]{1,60})[ \t]*=[ \t]*([^;&,\s]+)")
_FIELD = re.compile(r"[\w.\[\]-]{1,60}")
_DEEPEST = 20
_MAX_FIELDS = 20
_LONGEST_NAME = 200
_LONGEST_VALUE = 8192
_SCHEMES = ("bearer", "basic")


def secret_variables(variables: Mapping[str, str]) -> Iterator[str]:
    """Find the secrets in environment variables.

    Secret is a value whose variable is named like a secret, or that looks random; the password in an address; and, in
    values that are JSON, a connection string or a query, each part for which the same is true.
    """
    for name, value in variables.items():
        yield from _secrets(name, value)


def named_secrets(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Find the environment variables that are named like secrets, and return them with their values."""
    return ((name, value) for name, value in variables.items() if is_secret_name(name))


def secret_fields(document: Any) -> Iterator[tuple[str, str]]:
    """Find the texts in a JSON value that are in fields with the names of secrets, and return them with the names.

    A text that is a form, or an address with a query, has fields, too.

    Anybody may send an event: of more than 20 fields the outermost count, and of texts only those of usual length.
    """
    return islice(_fields(document), _MAX_FIELDS)


def is_secret_name(name: str) -> bool:
    """Whether a name is that of a secret, and not of something about one, such as `TOKEN_URL`."""
    return len(name) <= _LONGEST_NAME and _is_secret_name(name)


def _fields(document: Any) -> Iterator[tuple[str, str]]:
    pending = deque([("", document)])
    while pending:
        name, value = pending.popleft()
        if isinstance(value, dict):
            pending += [(str(field) if is_secret_name(str(field)) else "", part) for field, part in value.items()]
        elif isinstance(value, list):
            pending += [(name, part) for part in value]
        elif isinstance(value, str) and len(value) <= _LONGEST_VALUE:
            yield from _of_text(name, value)


def _of_text(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name:
        scheme, _, credentials = value.partition(" ")
        yield name, credentials if scheme.lower() in _SCHEMES else value
    elif "=" in value and not any(map(str.isspace, value)):
        # A form, or an address with a query.
        for field, text in parse_qsl(value.rpartition("?")[2]):
            if _FIELD.fullmatch(field) and is_secret_name(field):
                yield field, text


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _ABOUT_A_SECRET.search(name)


def _secrets(name: str, value: str) -> Iterator[str]:
    if is_secret_name(name) or looks_random(value) or "PRIVATE KEY-----" in value:
        yield value
    for match in _ADDRESS.finditer(value):
        yield from {match[1], unquote(match[1])}
    for part, text in _PAIR.findall(value):
        if is_secret_name(part) or looks_random(text):
            yield from {text, unquote(text)}
    if value[:1] in ("{", "["):
        yield from _of_json(name, value)


def _of_json(name: str, text: str) -> Iterator[str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from _of_part(name, document, _DEEPEST)


def _of_part(name: str, part: Any, depth: int) -> Iterator[str]:
    if isinstance(part, str) and not part.startswith(("{", "[")):
        yield from _secrets(name, part)
    elif depth and isinstance(part, dict):
        for inner, value in part.items():
            yield from _of_part(inner, value, depth - 1)
    elif depth and isinstance(part, list):
        for value in part:
            yield from _of_part(name, value, depth - 1)
