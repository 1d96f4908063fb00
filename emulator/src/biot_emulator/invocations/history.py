"""The last invocations, for operators and tests to look at: those that go on, and those that have ended."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from biot_emulator.invocations.ended import Ended
from biot_emulator.invocations.event_files import event_of
from biot_emulator.invocations.records import Started
from biot_emulator.invocations.summaries import InvocationSummary, Record
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.wire_json import decode, encode

__all__ = ["Invocations"]

_MAX_RECORDS = 10_000
_MAX_BYTES = 64 * 1024 * 1024
#: Of an invocation whose record is made when somebody looks: that of a larger one mostly says that it was left out.
_MAX_UNREAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of a record: decoded, what anybody may send to a plugin can take twenty times as much memory."""

    content: bytes
    #: The body of the event as it came, where the record does not say that.
    raw: str | None = None

    @classmethod
    def of(cls, record: Record, raw: str | None = None) -> Self:
        return cls(encode(record), raw)

    @property
    def size(self) -> int:
        return len(self.content) + len(self.raw or "")


@dataclass(frozen=True, slots=True)
class _Stored:
    summary: InvocationSummary
    #: As long as nobody has looked at it, what the text is made of.
    contents: _Text | Ended

    def text(self) -> _Text:
        if isinstance(self.contents, _Text):
            return self.contents
        record = self.contents.record()
        return _Text.of(record, self.contents.raw_body(record))


class Invocations:
    """The last invocations; the oldest are forgotten. Safe for several threads.

    The record of an invocation is made when somebody looks at it: no caller of a plugin waits for that.

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

    def end(self, started: Started, invocation: Invocation, time: datetime | None = None, **unknown: None) -> Ended:
        """Add an invocation that has ended, and return it.

        Args:
            started: What has begun.
            invocation: The result.
            time: The platform's time, which the record has; None for that of its start.
            **unknown: What is not known of it, by its name in the record.
        """
        ended = Ended(started, invocation, time, unknown)
        if self.listeners or ended.is_failed or ended.size > _MAX_UNREAD:
            record = ended.record()
            self._add(record, started.summary, ended.raw_body(record))
        else:
            started.summary.end(ended.outline())
            self._store(_Stored(started.summary, ended), ended.size)
        return ended

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
        stored, started = self._find(id)
        if stored is not None:
            record: Record = decode(self._text(stored).content)
            return record
        return started.record() if started else None

    def event(self, id: str) -> Any:
        """Return the event of an invocation, with placeholders for tokens; None where there is none."""
        stored, started = self._find(id)
        if stored is not None:
            text = self._text(stored)
            return event_of(decode(text.content), text.raw)
        if started is None:
            return None
        record = started.record()
        return event_of(record, started.raw_body(record))

    def last(self, limit: int, plugin: str | None = None) -> tuple[list[Record], int]:
        """Return the last invocations that have ended, the newest first, and how many there are.

        Args:
            limit: Maximum number of invocations to return.
            plugin: The full name of the plugin whose invocations to return; None for all.
        """
        with self._lock:
            matching = [stored for stored in self._records.values() if plugin in (None, stored.summary.plugin)]
        return [decode(self._text(stored).content) for stored in matching[: -limit - 1 : -1]], len(matching)

    def all(self, plugin: str | None = None) -> list[Record]:
        """Return the invocations, the oldest first; those of one plugin, if its full name is provided."""
        return self.last(_MAX_RECORDS, plugin)[0][::-1]

    def summaries(self) -> list[InvocationSummary]:
        """Return what is known of each invocation without its contents, the newest first: those that go on first."""
        with self._lock:
            ended = [stored.summary for stored in self._records.values()]
            going_on = [started.summary for started in self._started.values()]
        return [*reversed(going_on), *reversed(ended)]

    def complete(self, summaries: Iterable[InvocationSummary]) -> None:
        """Make the records of these invocations, so that their summaries have their sizes and numbers of changes."""
        for summary in summaries:
            stored, _ = self._find(summary.id)
            if stored is not None:
                self._text(stored)

    def clear(self) -> None:
        """Remove all records; what goes on is added when it ends."""
        with self._lock:
            self._records.clear()
            self._bytes = 0

    def _find(self, id: str) -> tuple[_Stored | None, Started | None]:
        with self._lock:
            return self._records.get(id), self._started.get(id)

    def _add(self, record: Record, summary: InvocationSummary, raw: str | None = None) -> None:
        text = _Text.of(record, raw)
        summary.end(record)
        self._store(_Stored(summary, text), text.size)
        for listener in self.listeners:
            listener(record)

    def _store(self, stored: _Stored, size: int) -> None:
        summary = stored.summary
        with self._lock:
            self._started.pop(summary.id, None)
            self._put(stored, size)
        self._tell(summary)

    def _put(self, stored: _Stored, size: int) -> None:
        """Store an invocation, or its text in place of what that is made of; forget the oldest."""
        self._bytes += size - (stored.summary.size if stored.summary.id in self._records else 0)
        stored.summary.size = size
        self._records[stored.summary.id] = stored
        while len(self._records) > _MAX_RECORDS or (self._bytes > _MAX_BYTES and len(self._records) > 1):
            self._bytes -= self._records.popitem(last=False)[1].summary.size

    def _text(self, stored: _Stored) -> _Text:
        """Return the text of a record; from now on, it is stored."""
        text = stored.text()
        if text is stored.contents:
            return text
        record: Record = decode(text.content)
        stored.summary.end(record)
        with self._lock:
            # It may be forgotten meanwhile, or somebody else has looked at it.
            if self._records.get(stored.summary.id) is stored:
                self._put(_Stored(stored.summary, text), text.size)
        return text

    def _tell(self, summary: InvocationSummary) -> None:
        for observer in self.observers:
            observer(summary)
