"""What a code did with one event: everything that is compared, and what it took."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.logs.message import parse

if TYPE_CHECKING:
    from biot_emulator import Invocation
    from biot_plugin_cli.answers.platform_calls import PlatformCall

__all__ = ["Call", "Observation"]

# They follow from the body, or from the moment.
_IGNORED_HEADERS = frozenset(["content-length", "date"])
_COMPARED_LEVELS = {
    "WARN": "WARNING",
    "WARNING": "WARNING",
    "ERROR": "ERROR",
    "CRITICAL": "CRITICAL",
    "FATAL": "CRITICAL",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call to the platform's API.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The query parameters, those with JSON parsed.
        body: The parsed body.
        is_answered: Whether there was an answer to it.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(repr=False)
    body: Any = field(repr=False)
    is_answered: bool = True

    @classmethod
    def of(cls, call: PlatformCall) -> Call:
        """Return what is compared of a call."""
        query = {name: [_parsed(value) for value in values] for name, values in call.query.items()}
        return cls(call.method, call.path, query, call.json, call.answered_by is not None)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a code did with one event.

    Attributes:
        status: The status of its reply.
        headers: The headers of its reply, by lower-case name.
        body: The body of its reply, parsed.
        error: The type of the error that it failed with; None if it replied.
        calls: Its calls to the platform, in order.
        refused: What it wanted to send elsewhere, or to start.
        levels: How many warnings and errors it has logged.
        duration_ms: How long it took.
        init_ms: How long it took to load, if it was loaded for this event.
        memory_mb: The peak of its process's memory so far.
        has_ended: Whether its process ended.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    error: str | None
    calls: Sequence[Call]
    refused: Sequence[str]
    levels: Mapping[str, int]
    duration_ms: float = field(compare=False)
    init_ms: float | None = field(compare=False)
    memory_mb: int = field(compare=False)
    has_ended: bool = field(compare=False)

    @classmethod
    def of(
        cls, invocation: Invocation, calls: Sequence[PlatformCall], refused: Sequence[str], *, has_ended: bool
    ) -> Observation:
        """Return what is compared of an invocation.

        Args:
            invocation: The invocation.
            calls: Its calls to the platform.
            refused: What the closed network has refused.
            has_ended: Whether its process ended.
        """
        headers = {name.lower(): value for name, value in invocation.headers.items()}
        levels = Counter(_COMPARED_LEVELS.get(parse(line).level, "") for line in invocation.logs)
        del levels[""]
        return cls(
            status=invocation.status_code,
            headers={name: value for name, value in headers.items() if name not in _IGNORED_HEADERS},
            body=invocation.body if invocation.error is None else None,
            error=invocation.error.type if invocation.error else None,
            calls=[Call.of(call) for call in calls],
            refused=refused,
            levels=levels,
            duration_ms=invocation.duration_ms,
            init_ms=invocation.init_ms,
            memory_mb=invocation.max_memory_mb,
            has_ended=has_ended,
        )


def _parsed(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
