"""The platform and Lambda's Runtime API, on one server: what a plugin's process talks to in a cold start."""

from __future__ import annotations

import json
import mmap
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.plugins.key_service import Answering

__all__ = ["Moment", "Platform", "serving"]


class Moment:
    """What a process has used so far."""

    def __init__(self, pid: int, counters: mmap.mmap | None) -> None:
        self.wall = time.perf_counter()
        # The clock of another process' processor time: what clock_getcpuclockid(3) returns for it on Linux.
        self.processor = time.clock_gettime((~pid << 3) | 2)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        self.memory = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
        self.modules, self.files = struct.unpack("qq", counters[:16]) if counters else (0, 0)


@dataclass
class Platform:
    """The key endpoint and the Runtime API, on one server.

    Attributes:
        port: Where it listens.
        key: The public key, as the platform sends it.
        event: The event that a process gets first; it waits for a second one in vain.
    """

    port: int
    key: str
    event: bytes

    def __post_init__(self) -> None:
        self.pid, self.counters = 0, None
        self.moments: list[Moment] = []
        self.reply: Any = None
        self.asked_twice, self.ended = threading.Event(), threading.Event()

    def reset(self, counters: mmap.mmap | None) -> None:
        """Forget the process before."""
        self.pid, self.counters, self.moments, self.reply = 0, counters, [], None  # type: ignore[assignment]
        self.asked_twice, self.ended = threading.Event(), threading.Event()

    def asked(self) -> bytes | None:
        """Note that the process asks for an event; return it, or nothing once it has ended if it has had it."""
        while not self.pid:
            time.sleep(0.0001)
        self.moments.append(Moment(self.pid, self.counters))
        if len(self.moments) == 1:
            return self.event
        self.asked_twice.set()
        # A process that gets no event asks again, and the next one would be taken for it.
        self.ended.wait()
        return None


class _Handler(Answering):
    """Answers a plugin's process."""

    platform: Platform

    def do_GET(self) -> None:
        """Send the key, or the next event."""
        if "public-key" in self.path:
            return self.answer(200, json.dumps({"publicKey": self.platform.key}).encode())
        if (content := self.platform.asked()) is None:
            self.close_connection = True
            return None
        headers = {
            "lambda-runtime-aws-request-id": "1",
            "lambda-runtime-deadline-ms": str(int((time.time() + 30) * 1000)),
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:demo",
        }
        return self.answer(200, content, headers)

    def do_POST(self) -> None:
        """Take a reply."""
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.platform.reply = (self.path.rpartition("/")[2], json.loads(content or b"null"))
        self.answer(202, b"{}")


@contextmanager
def serving(key: str, event: Mapping[str, Any]) -> Iterator[Platform]:
    """Serve a platform.

    Args:
        key: The public key, as the platform sends it.
        event: The event that each process gets.
    """

    class Handler(_Handler):
        """Answers for this platform."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.platform = platform = Platform(server.server_address[1], key, json.dumps(event).encode())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
