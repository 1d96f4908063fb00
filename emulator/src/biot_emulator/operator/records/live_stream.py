"""What happens, as server-sent events: the summary of each call whenever it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

import anyio

from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.live import Listener
from biot_emulator.wire_json import encode

__all__ = ["LiveStream"]

_HEARTBEAT_SECONDS = 15.0
#: Changes that come within this time are sent together, each call once.
_PAUSE_SECONDS = 0.05


class LiveStream:
    """The changes of calls: events named `call` with a summary as data and the version as id, and `clear`.

    Args:
        calls: The calls.
        timelines: Shows them.
        since: The version up to which the reader knows everything; None for what happens from now on.

    Raises:
        TooManyRequests: Too many listen.
    """

    def __init__(self, calls: CallHistory, timelines: Timelines, since: int | None = None) -> None:
        self._calls = calls
        self._timelines = timelines
        self._listener: Listener = calls.listen(since)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the events, until it is closed or too far behind."""
        return self._events()

    def close(self) -> None:
        """Listen no longer."""
        self._calls.listeners.remove(self._listener)

    async def _events(self) -> AsyncIterator[bytes]:
        # So that the reader knows that it listens.
        yield b"retry: 1000\n: listening\n\n"
        while True:
            ids = await self._listener.take(_HEARTBEAT_SECONDS)
            if self._listener.closed:
                return
            yield b"".join(self._parts(ids)) if ids else b": nothing new\n\n"
            await anyio.sleep(_PAUSE_SECONDS)

    def _parts(self, ids: Sequence[str]) -> Iterator[bytes]:
        calls = [call for id in ids if (call := self._calls.get(id))]
        summaries = {summary["id"]: summary for summary in self._timelines.summaries(calls)}
        for id in ids:
            if summary := summaries.get(id):
                yield b"event: call\nid: %d\ndata: %s\n\n" % (summary["version"], encode(summary))
            elif not id:
                yield b"event: clear\ndata: {}\n\n"
