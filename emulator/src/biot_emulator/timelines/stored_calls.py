"""The calls that there is room for: the oldest make room for new ones."""

from __future__ import annotations

from collections import OrderedDict

from biot_emulator.timelines.recorded_calls import RecordedCall

__all__ = ["StoredCalls"]

_MAX_CALLS = 10_000
_MAX_BYTES = 64 * 1024 * 1024
#: Of calls without a token, which anybody may make: they do not push out all others.
_MAX_ANONYMOUS = 2000


class StoredCalls:
    """Calls by their ids, up to a number and a size in memory. Not safe for several threads.

    Attributes:
        size: The size in bytes that they have in memory, more or less.
    """

    def __init__(self) -> None:
        self.size = 0
        self._calls: OrderedDict[str, RecordedCall] = OrderedDict()
        self._anonymous: OrderedDict[str, None] = OrderedDict()

    def get(self, id: str) -> RecordedCall | None:
        """Return a call; None where there is none, or it is forgotten."""
        return self._calls.get(id)

    def all(self) -> list[RecordedCall]:
        """Return the calls, the oldest first."""
        return list(self._calls.values())

    def add(self, call: RecordedCall, *, is_anonymous: bool) -> None:
        """Add a call.

        Args:
            call: The call.
            is_anonymous: Whether nobody knows by now who makes it.
        """
        self._calls[call.id] = call
        if is_anonymous:
            self._anonymous[call.id] = None
        self.measure(call)

    def identify(self, id: str) -> None:
        """Have a call no longer among those that nobody knows who makes them."""
        self._anonymous.pop(id, None)

    def measure(self, call: RecordedCall) -> None:
        """Take notice of the size that a call has by now, if it is not forgotten."""
        if self._calls.get(call.id) is call:
            self.size += call.measure()
            self._make_room()

    def forget(self, id: str) -> None:
        """Forget a call."""
        self.size -= self._calls.pop(id).size
        self._anonymous.pop(id, None)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._anonymous.clear()
        self.size = 0

    def _make_room(self) -> None:
        while len(self._anonymous) > _MAX_ANONYMOUS:
            self.forget(next(iter(self._anonymous)))
        while len(self._calls) > _MAX_CALLS or (self.size > _MAX_BYTES and len(self._calls) > 1):
            self.forget(next(iter(self._calls)))
