"""Who listens to what happens: each is told which calls have changed, and no call waits for a listener."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from biot_emulator.api.errors import TooManyRequests

if TYPE_CHECKING:
    import asyncio

__all__ = ["Listener", "Listeners"]

_MAX_LISTENERS = 32
#: Calls that have changed since a listener took notice of any: it is dropped, and can ask for what it has missed.
_MAX_BEHIND = 10_000


class Listener:
    """Collects the ids of calls that have changed, until somebody takes them.

    Args:
        ids: The calls that have changed before.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._ids = dict.fromkeys(ids)
        self._changed: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it gets nothing any more."""
        return self._closed

    def notify(self, id: str) -> bool:
        """Have a call among those that have changed; return whether anybody still listens."""
        with self._lock:
            waiting = not self._ids
            self._ids[id] = None
            self._closed = self._closed or len(self._ids) > _MAX_BEHIND
        if waiting or self._closed:
            self._wake()
        return not self._closed

    def close(self) -> None:
        """Have whoever waits go on: there is nothing to come."""
        self._closed = True
        self._wake()

    async def take(self, seconds: float) -> list[str]:
        """Wait for changes, and return the ids of the calls; none where the time is over, or it is closed.

        Args:
            seconds: How long to wait.
        """
        import asyncio

        if self._changed is None:
            self._changed, self._loop = asyncio.Event(), asyncio.get_running_loop()
        if not self._ids and not self._closed:
            try:
                await asyncio.wait_for(self._changed.wait(), seconds)
            except TimeoutError:
                return []
        self._changed.clear()
        with self._lock:
            ids, self._ids = list(self._ids), {}
        return ids

    def _wake(self) -> None:
        changed, loop = self._changed, self._loop
        if changed is not None and loop is not None:
            try:
                loop.call_soon_threadsafe(changed.set)
            except RuntimeError:
                # The server is gone, and whoever listened with it.
                self._closed = True


class Listeners:
    """All listeners. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self._closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    def open(self, ids: Iterable[str] = ()) -> Listener:
        """Listen from now on; close it with `remove`.

        Args:
            ids: The calls that have changed before, and that the listener does not know.

        Raises:
            TooManyRequests: Too many listen.
        """
        listener = Listener(ids)
        with self._lock:
            if len(self._listeners) >= _MAX_LISTENERS or self._closed:
                raise TooManyRequests(f"No more than {_MAX_LISTENERS} can listen at once: close a page that listens")
            self._listeners = (*self._listeners, listener)
        return listener

    def remove(self, listener: Listener) -> None:
        """Tell a listener nothing any more."""
        listener.close()
        with self._lock:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

    def notify(self, id: str) -> None:
        """Tell everybody that a call has changed; whoever is too far behind is dropped."""
        for listener in self._listeners:
            if not listener.notify(id):
                self.remove(listener)

    def close(self) -> None:
        """Have every listener end, and take no other."""
        with self._lock:
            self._closed = True
            listeners, self._listeners = self._listeners, ()
        for listener in listeners:
            listener.close()
