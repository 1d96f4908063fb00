"""What is sent to a page while somebody looks at it: whenever a call changes, that part of the page anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any

import anyio

from biot_emulator.page.signing_in.sessions import Session
from biot_emulator.timelines.history import CallHistory
from biot_emulator.wire_json import encode

__all__ = ["LiveParts"]

_HEARTBEAT_SECONDS = 15.0
#: Changes that come within this time are shown together.
_PAUSE_SECONDS = 0.15

Make = Callable[[list[str]], Mapping[str, Any] | None]


class LiveParts:
    """Parts of a page, as server-sent events, until the log-in ends.

    Args:
        calls: The calls.
        session: The log-in of whoever listens.
        since: The version of the calls that the page has by now.
        make: Makes a part of the page of the ids of calls that have changed; an empty id stands for all calls, which
            are forgotten. None for nothing to send.

    Raises:
        TooManyRequests: Too many listen.
    """

    def __init__(self, calls: CallHistory, session: Session, since: int, make: Make) -> None:
        self._calls = calls
        self._session = session
        self._make = make
        self._listener = calls.listen(since)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the events."""
        return self._events()

    def close(self) -> None:
        """Listen no longer."""
        self._calls.listeners.remove(self._listener)

    async def _events(self) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n: listening\n\n"
        while not self._is_over():
            ids = await self._listener.take(_HEARTBEAT_SECONDS)
            if self._is_over():
                return
            part = await anyio.to_thread.run_sync(partial(self._make, ids)) if ids else None
            yield _event(part) if part else b": nothing new\n\n"
            await anyio.sleep(_PAUSE_SECONDS)

    def _is_over(self) -> bool:
        return self._listener.closed or self._session.ended


def _event(part: Mapping[str, Any]) -> bytes:
    return b"event: part\nid: %d\ndata: %s\n\n" % (part["version"], encode(dict(part)))
