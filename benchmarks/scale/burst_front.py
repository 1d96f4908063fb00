"""A platform's front that counts what arrives, and is in trouble for a while."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

__all__ = ["Answer", "Front", "front"]


@dataclass(frozen=True)
class Answer:
    """What the front answers while the platform is in trouble."""

    status: int
    headers: str = ""

    def encode(self) -> bytes:
        """The response as it is sent."""
        return f"HTTP/1.1 {self.status} Trouble\r\ncontent-length: 2\r\n{self.headers}\r\n{{}}".encode()


@dataclass
class Front:
    """Counts the requests that arrive, and answers as the emulator does unless there is trouble.

    The platform is as many machines as it needs, and an emulator is one process beside a thousand clients. So the
    emulator answers each request once, and the front repeats that.
    """

    emulator: int
    trouble: Answer | None = None
    until: float = 0.0
    arrivals: list[tuple[float, str]] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._connections: set[asyncio.Task[None] | None] = set()
        self._answers: dict[tuple[bytes, bytes], asyncio.Future[bytes]] = {}

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=2048)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()
        for connection in filter(None, self._connections):
            connection.cancel()
        await asyncio.gather(*filter(None, self._connections), return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(asyncio.current_task())
        try:
            await self._answer(reader, writer)
        finally:
            self._connections.discard(asyncio.current_task())
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_content_length(head))
                self.arrivals.append((time.monotonic(), head.split(b" ", 2)[1].decode().partition("?")[0]))
                if self.trouble and time.monotonic() < self.until:
                    writer.write(self.trouble.encode())
                else:
                    writer.write(await self._emulated(head, body))
                await writer.drain()

    async def _emulated(self, head: bytes, body: bytes) -> bytes:
        """The emulator's answer to the first such request, which all others get as well."""
        asked = (head.partition(b"\r\n")[0], body)
        if asked not in self._answers:
            self._answers[asked] = asyncio.get_running_loop().create_future()
            self._answers[asked].set_result(await self._ask(head + body))
        return await self._answers[asked]

    async def _ask(self, request: bytes) -> bytes:
        reader, emulator = await asyncio.open_connection("127.0.0.1", self.emulator)
        emulator.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        content = head + await reader.readexactly(_content_length(head))
        emulator.close()
        return content


def _content_length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), 0)


@contextmanager
def front(emulator: int) -> Iterator[Front]:
    """Runs a front in a thread."""
    counted, ready = Front(emulator), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(counted.serve(ready, stop),))
    thread.start()
    ready.wait()
    try:
        yield counted
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
