"""The record of what plugins were told and what they made of it, for people and tests to look at."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from biot_emulator.fixtures.events import EventKind, event_body
from biot_emulator.invocations.difference import difference
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.platform import Platform
from biot_emulator.state.clock import timestamp
from biot_emulator.wire_json import encode

__all__ = ["Invocations", "Record", "Trigger"]

_MOST = 1000
_MOST_BYTES = 64 * 1024 * 1024
_PARTS = {EventKind.PRE_REQUEST: "request", EventKind.POST_REQUEST: "response", EventKind.ADAPT_ENTITY: "response"}

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a plugin is called for.

    Attributes:
        kind: The kind of hook.
        hook: The API, the entity type, the action or the schedule.
        trace_id: The trace that the call belongs to.
    """

    kind: EventKind
    hook: str | None = None
    trace_id: str | None = None


class Invocations:
    """Keeps the last invocations, without tokens. Safe for several threads.

    Args:
        platform: The platform whose invocations they are.

    Attributes:
        listeners: What is called with each one as it is taken down.
    """

    def __init__(self, platform: Platform) -> None:
        self._clock = platform.clock
        self.listeners: list[Callable[[Record], None]] = []
        platform.invocations = self
        self._lock = threading.Lock()
        self._records: deque[tuple[Record, int]] = deque()
        self._bytes = 0

    def add(
        self, plugin: str, trigger: Trigger, event: dict[str, Any], invocation: Invocation, *, secrets: Iterable[str]
    ) -> Record:
        """Take down one invocation, and give what was taken down; the oldest are forgotten.

        Args:
            plugin: The plugin's full name.
            trigger: What it was called for.
            event: What its handler got.
            invocation: What came of it.
            secrets: Texts that are not taken down.
        """
        record = {
            "id": str(uuid.uuid4()),
            "time": timestamp(self._clock.now()),
            "plugin": plugin,
            "kind": trigger.kind.name,
            "hook": trigger.hook,
            "traceId": trigger.trace_id,
            **_outcome(trigger, event, invocation, Redaction(secrets)),
        }
        size = len(encode(record))
        with self._lock:
            self._records.append((record, size))
            self._bytes += size
            while len(self._records) > _MOST or (self._bytes > _MOST_BYTES and len(self._records) > 1):
                self._bytes -= self._records.popleft()[1]
        for listener in self.listeners:
            listener(record)
        return record

    def all(self, plugin: str | None = None) -> list[Record]:
        """Give the invocations, the oldest first; of one plugin, where its full name is given."""
        with self._lock:
            return [record for record, _ in self._records if plugin in (None, record["plugin"])]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._records.clear()
            self._bytes = 0


def _outcome(trigger: Trigger, event: dict[str, Any], invocation: Invocation, redacted: Redaction) -> Record:
    shown = redacted({**event, "body": event_body(event)} if "body" in event else event)
    returned = redacted(_returned(invocation))
    error = invocation.error
    return {
        "input": shown,
        "reply": returned,
        "statusCode": invocation.status_code,
        "difference": _changed(trigger.kind, shown.get("body"), returned),
        "error": error and {"type": error.type, "message": redacted(error.message), "phase": error.phase},
        "durationMs": round(invocation.duration_ms, 2),
        "initMs": None if invocation.init_ms is None else round(invocation.init_ms, 2),
        "cold": invocation.cold,
        "maxMemoryMb": invocation.max_memory_mb,
        "logs": redacted(invocation.logs),
    }


def _returned(invocation: Invocation) -> Any:
    body = invocation.body
    return None if isinstance(body, bytes) else body


def _changed(kind: EventKind, received: Any, returned: Any) -> list[dict[str, Any]] | None:
    """What an interceptor has changed; None for what nothing can be compared with."""
    part = _PARTS.get(kind)
    if part is None or not isinstance(returned, dict) or part not in returned:
        return None
    before, after = received[part], returned[part]
    if kind is EventKind.PRE_REQUEST and isinstance(after, dict):
        # Read only, and mostly not sent back.
        before = {name: value for name, value in before.items() if name in after or name != "pathVariables"}
    return difference(before, after)
