"""A server that stops as soon as it is told to."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import uvicorn

__all__ = ["PromptServer"]

_TICK_SECONDS = 0.1


class PromptServer(uvicorn.Server):
    """Is woken to stop, and does not have to look often, which the hundreds of servers of a run would be busy with."""

    _wake: Any = None

    @property
    def should_exit(self) -> bool:
        """Whether it has been told to stop, by any thread."""
        return self._told

    @should_exit.setter
    def should_exit(self, told: bool) -> None:
        self._told = told
        if told and self._wake:
            with suppress(RuntimeError):  # its loop is over
                self._wake()

    async def main_loop(self) -> None:
        """Serve until it is told to stop."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(stop.set)
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stop.wait(), _TICK_SECONDS)
