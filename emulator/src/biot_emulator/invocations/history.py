"""The last invocations, for operators and tests to look at: those that go on, and those that have ended."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from biot_emulator.event_kind import EventKind
from biot_emulator.invocations.event_files import event_of, raw_body
from biot_emulator.invocations.records import Started
from biot_emulator.invocations.summaries import InvocationSummary, Record
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.wire_json import decode, encode

__all__ = ["Invocations"]

_MAX_RECORDS = 10_000
_MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Stored:
    summary: InvocationSummary
    #: As text: what anybody may send to a plugin can take twenty times as much memory once it is decoded.
    content: bytes
    #: The body of the event as it came, where the record does not say that.
    raw: str | None = None


class Invocations:
    """The last invocations; the oldest are forgotten. Safe for several threads.

    Attributes:
        listeners: Called with each record as it is added.
        observers: Called with the summary of each invocation when it begins, and when it ends.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[Record], None]] = []
        self.observers: list[Callable[[InvocationSummary], None]] = []
        self._lock = threading.Lock()
        self._records: OrderedDict[str, _Stored] = OrderedDict()
        self._started: dict[str, Started] = {}
        self._bytes = 0

    def begin(self, started: Started) -> None:
        """Have an invocation that begins, with what is sent, among those that go on."""
        with self._lock:
            self._started[started.summary.id] = started
        self._tell(started.summary)

    def end(self, started: Started, invocation: Invocation, time: datetime | None = None, **unknown: None) -> Record:
        """Add the record of an invocation that has ended, and return it.

        Args:
            started: What has begun.
            invocation: The result.
            time: The platform's time, which the record has; None for that of its start.
            **unknown: What is not known of it, by its name in the record.
        """
        record = {**started.record(invocation, time), **unknown}
        raw = raw_body(started.event, record) if started.summary.kind == EventKind.DIRECT.name else None
        self._add(record, started.summary, raw)
        return record

    def add(self, record: Record) -> None:
        """Add the record of an invocation."""
        summary = InvocationSummary(
            record["plugin"],
            record.get("kind", ""),
            record.get("hook"),
            record.get("traceId"),
            record.get("callId"),
            time=record.get("time", ""),
            id=record["id"],
        )
        self._add(record, summary)

    def get(self, id: str) -> Record | None:
        """Return an invocation, also one that goes on; None where there is none, or it is forgotten."""
        with self._lock:
            stored, started = self._records.get(id), self._started.get(id)
        if stored is not None:
            record: Record = decode(stored.content)
            return record
        return started.record() if started else None

    def event(self, id: str) -> Any:
        """Return the event of an invocation, with placeholders for tokens; None where there is none."""
        with self._lock:
            stored, started = self._records.get(id), self._started.get(id)
        if stored is not None:
            return event_of(decode(stored.content), stored.raw)
        if started is None:
            return None
        record = started.record()
        return event_of(record, raw_body(started.event, record))

    def last(self, limit: int, plugin: str | None = None) -> tuple[list[Record], int]:
        """Return the last invocations that have ended, the newest first, and how many there are.

        Args:
            limit: Maximum number of invocations to return.
            plugin: The full name of the plugin whose invocations to return; None for all.
        """
        with self._lock:
            contents = [stored.content for stored in self._records.values() if plugin in (None, stored.summary.plugin)]
        return [decode(content) for content in contents[: -limit - 1 : -1]], len(contents)

    def all(self, plugin: str | None = None) -> list[Record]:
        """Return the invocations, the oldest first; those of one plugin, if its full name is provided."""
        return self.last(_MAX_RECORDS, plugin)[0][::-1]

    def summaries(self) -> list[InvocationSummary]:
        """Return what is known of each invocation without its contents, the newest first: those that go on first."""
        with self._lock:
            ended = [stored.summary for stored in self._records.values()]
            going_on = [started.summary for started in self._started.values()]
        return [*reversed(going_on), *reversed(ended)]

    def clear(self) -> None:
        """Remove all records; what goes on is added when it ends."""
        with self._lock:
            self._records.clear()
            self._bytes = 0

    def _add(self, record: Record, summary: InvocationSummary, raw: str | None = None) -> None:
        content = encode(record)
        summary.size = len(content) + len(raw or "")
        summary.end(record)
        with self._lock:
            self._started.pop(summary.id, None)
            self._records[summary.id] = _Stored(summary, content, raw)
            self._bytes += summary.size
            while len(self._records) > _MAX_RECORDS or (self._bytes > _MAX_BYTES and len(self._records) > 1):
                self._bytes -= self._records.popitem(last=False)[1].summary.size
        self._tell(summary)
        for listener in self.listeners:
            listener(record)

    def _tell(self, summary: InvocationSummary) -> None:
        for observer in self.observers:
            observer(summary)
