"""What is known of an invocation without its contents: enough to list it, from its start on."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from biot_emulator.random_ids import random_uuid

__all__ = ["InvocationSummary", "Record"]

Record = dict[str, Any]


@dataclass(slots=True)
class InvocationSummary:
    """An invocation, without what the plugin received and returned; it is filled in when the invocation ends.

    Attributes:
        plugin: The plugin's full name, or its address.
        kind: The kind of hook.
        hook: The API, the entity type, the action or the schedule.
        trace_id: The trace that it belongs to.
        call_id: The recorded call that it belongs to; None for what no call is recorded of.
        service_id: The plugin's service user; None where the plugin is not on this platform.
        time: When it began, by the platform's time.
        id: Its id.
        began: When it began, by `time.perf_counter`.
        pending: Whether it goes on.
        size: The size in bytes of its contents, as they are recorded by now.
        changes: How much of it an interceptor has changed; None as long as nobody has looked at the record.
    """

    plugin: str
    kind: str
    hook: str | None = None
    trace_id: str | None = None
    call_id: str | None = None
    service_id: str | None = None
    time: str = ""
    id: str = field(default_factory=random_uuid)
    began: float = field(default_factory=perf_counter)
    pending: bool = True
    status_code: int | None = None
    duration_ms: float | None = None
    init_ms: float | None = None
    cold: bool | None = None
    max_memory_mb: int | None = None
    error: str | None = None
    changes: int | None = None
    size: int = 0

    def end(self, record: Record) -> None:
        """Fill in what the record of the invocation says."""
        changes = record.get("difference")
        self.status_code = record.get("statusCode")
        self.duration_ms = record.get("durationMs")
        self.init_ms = record.get("initMs")
        self.cold = record.get("cold")
        self.max_memory_mb = record.get("maxMemoryMb")
        self.error = (record.get("error") or {}).get("type")
        self.changes = None if changes is None else len(changes)
        self.pending = False

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "id": self.id,
            "callId": self.call_id,
            "time": self.time,
            "plugin": self.plugin,
            "kind": self.kind,
            "hook": self.hook,
            "traceId": self.trace_id,
            "pending": self.pending,
            "statusCode": self.status_code,
            "durationMs": self.duration_ms,
            "initMs": self.init_ms,
            "cold": self.cold,
            "maxMemoryMb": self.max_memory_mb,
            "error": self.error,
            "changes": self.changes,
            "bytes": self.size,
        }
