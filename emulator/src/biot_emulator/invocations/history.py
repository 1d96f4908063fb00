"""The last invocations, for operators and tests to look at."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from biot_emulator.invocations.records import Record
from biot_emulator.wire_json import encode

__all__ = ["Invocations"]

_MAX_RECORDS = 1000
_MAX_BYTES = 64 * 1024 * 1024


class Invocations:
    """The last invocations; the oldest are forgotten. Safe for several threads.

    Attributes:
        listeners: Called with each record as it is added.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[Record], None]] = []
        self._lock = threading.Lock()
        self._records: deque[tuple[Record, int]] = deque()
        self._bytes = 0

    def add(self, record: Record) -> None:
        """Add the record of an invocation."""
        size = len(encode(record))
        with self._lock:
            self._records.append((record, size))
            self._bytes += size
            while len(self._records) > _MAX_RECORDS or (self._bytes > _MAX_BYTES and len(self._records) > 1):
                self._bytes -= self._records.popleft()[1]
        for listener in self.listeners:
            listener(record)

    def all(self, plugin: str | None = None) -> list[Record]:
        """Return the invocations, the oldest first; those of one plugin, if its full name is provided."""
        with self._lock:
            return [record for record, _ in self._records if plugin in (None, record["plugin"])]

    def clear(self) -> None:
        """Remove all records."""
        with self._lock:
            self._records.clear()
            self._bytes = 0
