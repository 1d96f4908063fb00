"""How much memory the bodies of requests may take up at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from biot_emulator.api.errors import Overloaded

__all__ = ["BodyMemory"]

_WAIT_SECONDS = 60.0
#: The number of connections bounds these.
_SMALL = 64 * 1024


class BodyMemory:
    """A number of bytes that requests share: who comes when they are taken waits until enough of them are free.

    Args:
        most: The number of bytes. A body that is larger is alone.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._turn = anyio.Lock()
        self._freed = anyio.Event()

    @asynccontextmanager
    async def hold(self, size: int) -> AsyncIterator[None]:
        """Hold memory for a body.

        Args:
            size: Its size in bytes, or the largest that it can have.

        Raises:
            Overloaded: There was no memory for it for too long.
        """
        if size <= _SMALL:
            yield
            return
        size = min(size, self._most)
        try:
            with anyio.fail_after(_WAIT_SECONDS):
                await self._take(size)
        except TimeoutError:
            raise Overloaded("The platform is busy with large requests: try again later") from None
        try:
            yield
        finally:
            self._used -= size
            self._freed.set()

    async def _take(self, size: int) -> None:
        # In order of arrival: a large body is not overtaken for ever by smaller ones.
        async with self._turn:
            while self._used + size > self._most:
                self._freed = anyio.Event()
                await self._freed.wait()
            self._used += size
