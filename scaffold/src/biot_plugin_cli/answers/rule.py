"""One entry of a file of answers: which calls it is for, and what they are answered with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs

from biot_plugin_cli.answers.platform_calls import PlatformCall
from biot_plugin_cli.answers.reply import REPLY_KEYS, Reply, parse_reply
from biot_plugin_cli.errors import UsageError

__all__ = ["Rule", "parse_rules"]

_KEY = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[^\s?#]*)(?:\?([^\s#]+))?")
_VARIABLE = re.compile(r"\\\{\w+\\\}")
_CONDITIONS = ("json", "searchRequest")
_WHEN = "when"
_UPLOAD = "POST /file/v1/files/upload"
_DOWNLOAD = re.compile(r"GET /file/v1/files/[^/]+/download")


class Rule(NamedTuple):
    """Which calls it is for, and what they are answered with in turn.

    Attributes:
        key: Method, path and query as they are written, such as `GET /device/v2/devices/{id}`.
        method: The HTTP method.
        path: Matches the paths.
        literals: How many segments of the path are no variables.
        query: Values of query parameters that a call must have.
        conditions: What the call's JSON body (`json`) and search (`searchRequest`) must contain.
        reply: The answer.
    """

    key: str
    method: str
    path: re.Pattern[str]
    literals: int
    query: Mapping[str, list[str]]
    conditions: Mapping[str, Any]
    reply: Reply

    @classmethod
    def parse(cls, key: str, table: Mapping[str, Any], folder: Path) -> Self:
        """Parse a rule. Raises UsageError, whose message is the end of a sentence about it."""
        match = _KEY.fullmatch(key)
        if match is None:
            raise UsageError("is not a call: write method and path, as in GET /device/v2/devices/{id}")
        unknown = [name for name in table if name not in (*REPLY_KEYS, _WHEN)]
        if unknown:
            raise UsageError(f"has the unknown key {unknown[0]!r}: use {', '.join((*REPLY_KEYS, _WHEN))}")
        method, path, query = match.groups()
        _require_path_of_files(table, method, path)
        variables = len(_VARIABLE.findall(re.escape(path)))
        pattern = re.compile(_VARIABLE.sub("[^/]+", re.escape(path)))
        conditions = _conditions(table.get(_WHEN, {}))
        literals = path.count("/") - variables
        values = parse_qs(query or "", keep_blank_values=True)
        return cls(key, method, pattern, literals, values, conditions, parse_reply(table, folder))

    @property
    def precision(self) -> tuple[int, int, int]:
        """How much it says about a call; of several rules for one call, the most precise one answers."""
        return (self.literals, len(self.query), len(self.conditions))

    def matches(self, call: PlatformCall) -> bool:
        """Whether it is for a call."""
        return (
            call.method == self.method
            and self.path.fullmatch(call.path) is not None
            and all(values == call.query.get(name) for name, values in self.query.items())
            and _contains(call.json, self.conditions.get("json", _ANYTHING))
            and _contains(call.search_request, self.conditions.get("searchRequest", _ANYTHING))
        )


def parse_rules(key: str, value: Any, folder: Path) -> Iterator[Rule]:
    """Parse the value of a key: one answer, or a list of answers in turn.

    Args:
        key: Method, path and query.
        value: The value.
        folder: The folder that the names of files start from.

    Raises:
        UsageError: It is invalid; the message is the end of a sentence about it.
    """
    tables = value if isinstance(value, list) else [value]
    if not tables:
        raise UsageError("has no answer: write at least one")
    for table in tables:
        if not isinstance(table, dict):
            raise UsageError('is not an answer: write an object such as {"answer": {...}}, or a list of them')
        yield Rule.parse(key, table, folder)


_ANYTHING = object()


def _require_path_of_files(table: Mapping[str, Any], method: str, path: str) -> None:
    call = f"{method} {path}"
    if "upload" in table and call != _UPLOAD:
        raise UsageError(f"has upload, which is for uploads of every kind: make it the call {_UPLOAD}")
    if "download" in table and not _DOWNLOAD.fullmatch(call):
        raise UsageError("has download: make it the call GET /file/v1/files/{id}/download, or use file")


def _conditions(conditions: Any) -> Mapping[str, Any]:
    if not isinstance(conditions, dict) or not all(name in _CONDITIONS for name in conditions):
        raise UsageError(f"has an invalid when: make it an object with {' or '.join(_CONDITIONS)}")
    return conditions


def _contains(value: Any, expected: Any) -> bool:
    """Whether a value is the expected one, of objects at least with the expected members."""
    if expected is _ANYTHING:
        return True
    if isinstance(expected, dict) and isinstance(value, dict):
        return all(name in value and _contains(value[name], item) for name, item in expected.items())
    if isinstance(expected, list) and isinstance(value, list):
        return len(value) == len(expected) and all(map(_contains, value, expected))
    is_truth = isinstance(value, bool) == isinstance(expected, bool)
    return bool(is_truth and value == expected)
