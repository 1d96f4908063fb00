"""The last invocations, for operators and tests to look at."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from biot_emulator.invocations.records import Record
from biot_emulator.wire_json import decode, encode

__all__ = ["Invocations"]

_MAX_RECORDS = 1000
_MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Stored:
    id: str
    plugin: str
    #: As text: what anybody may send to a plugin can take twenty times as much memory once it is decoded.
    content: bytes


class Invocations:
    """The last invocations; the oldest are forgotten. Safe for several threads.

    Attributes:
        listeners: Called with each record as it is added.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[Record], None]] = []
        self._lock = threading.Lock()
        self._records: deque[_Stored] = deque()
        self._bytes = 0

    def add(self, record: Record) -> None:
        """Add the record of an invocation."""
        stored = _Stored(record["id"], record["plugin"], encode(record))
        with self._lock:
            self._records.append(stored)
            self._bytes += len(stored.content)
            while len(self._records) > _MAX_RECORDS or (self._bytes > _MAX_BYTES and len(self._records) > 1):
                self._bytes -= len(self._records.popleft().content)
        for listener in self.listeners:
            listener(record)

    def get(self, id: str) -> Record | None:
        """Return an invocation; None where there is none, or it is forgotten."""
        with self._lock:
            content = next((stored.content for stored in self._records if stored.id == id), None)
        return None if content is None else decode(content)

    def last(self, limit: int, plugin: str | None = None) -> tuple[list[Record], int]:
        """Return the last invocations, the newest first, and how many there are.

        Args:
            limit: Maximum number of invocations to return.
            plugin: The full name of the plugin whose invocations to return; None for all.
        """
        with self._lock:
            contents = [stored.content for stored in self._records if plugin in (None, stored.plugin)]
        return [decode(content) for content in contents[: -limit - 1 : -1]], len(contents)

    def all(self, plugin: str | None = None) -> list[Record]:
        """Return the invocations, the oldest first; those of one plugin, if its full name is provided."""
        return self.last(_MAX_RECORDS, plugin)[0][::-1]

    def clear(self) -> None:
        """Remove all records."""
        with self._lock:
            self._records.clear()
            self._bytes = 0
