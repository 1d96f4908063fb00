"""Callers that load a server over HTTP, in processes of their own, and what it costs the server.

The callers are two processes with an event loop each, whatever the number of their connections: threads of one process
would take turns at the interpreter's lock, and it would be the callers that are measured. Each connection sends its
next request as soon as the answer to the one before is complete. All servers of a benchmark get the same callers.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from statistics import quantiles
from typing import Any, NamedTuple

import psutil

__all__ = ["Callers", "Request", "Rounds", "calling", "processor_time"]

PROCESSES = 2


class Request(NamedTuple):
    """What all callers send.

    Attributes:
        port: The server's port on this machine.
        method: The HTTP method.
        path: The path.
        body: The body, which is JSON.
        token: The callers' token, if they need one.
    """

    port: int
    method: str
    path: str
    body: str
    token: str = ""

    def encode(self) -> bytes:
        """The request as it is sent."""
        content = self.body.encode()
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"host: 127.0.0.1:{self.port}",
            "content-type: application/json",
        ]
        lines += [f"content-length: {len(content)}"]
        lines += [f"authorization: Bearer {self.token}"] if self.token else []
        return "\r\n".join([*lines, "", ""]).encode() + content


class _Job(NamedTuple):
    """A process' part of a load: how many connections, and when each of them stops."""

    request: Request
    connections: int
    calls: int
    seconds: float


@dataclass
class _Connection:
    """One caller: its socket, when it sent the last request, what has arrived of the answer, and its calls."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""
    missing: int = 0
    calls: int = 0

    def send(self, content: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(content)

    def receive(self) -> bool:
        """Read what has arrived; whether the answer is complete."""
        piece = self.socket.recv(65536)
        assert piece, "the server closed the connection"
        if self.missing:
            self.missing -= len(piece)
            return not self.missing
        self.received += piece
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return False
        status = int(head.split(b" ", 2)[1])
        assert status < 300, self.received
        self.received = b""
        self.missing = _content_length(head) - len(body)
        return not self.missing


def _content_length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))


def _call(job: _Job) -> list[float]:
    """Make the calls of one process; return how long each took."""
    content, times = job.request.encode(), []
    until = time.perf_counter() + job.seconds
    with selectors.DefaultSelector() as selector:
        for _ in range(job.connections):
            connection = _Connection(socket.create_connection(("127.0.0.1", job.request.port), timeout=60))
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(content)
        while selector.get_map():
            ready = selector.select(60)
            assert ready, "the server does not answer"
            for key, _ in ready:
                if not key.data.receive():
                    continue
                now = time.perf_counter()
                times.append(now - key.data.sent_at)
                key.data.calls += 1
                if now < until and key.data.calls < job.calls:
                    key.data.send(content)
                else:
                    selector.unregister(key.data.socket)
                    key.data.socket.close()
    return times


def _outcome(job: _Job) -> list[float] | Exception:
    try:
        return _call(job)
    except (AssertionError, OSError) as error:
        return error


def _work(pipe: Pipe) -> None:
    while (job := pipe.recv()) is not None:
        pipe.send(_outcome(job))


class Callers:
    """The processes of the callers.

    Args:
        pipes: What leads to each of them.
    """

    def __init__(self, pipes: Sequence[Pipe]) -> None:
        self._pipes = pipes

    def load(self, request: Request, callers: int, *, seconds: float = 3600.0, calls: int = 1_000_000) -> list[float]:
        """Call a server; return how long each call took.

        Args:
            request: What is sent.
            callers: The number of connections.
            seconds: For how long requests are sent.
            calls: How many each connection sends at most.

        Raises:
            AssertionError: A call was not answered, or not with success.
        """
        shares = [callers // PROCESSES + (number < callers % PROCESSES) for number in range(PROCESSES)]
        used = [(pipe, share) for pipe, share in zip(self._pipes, shares, strict=True) if share]
        for pipe, share in used:
            pipe.send(_Job(request, share, calls, seconds))
        times: list[float] = []
        for came in [pipe.recv() for pipe, _ in used]:
            if isinstance(came, Exception):
                raise AssertionError(f"a caller failed: {came}") from came
            times += came
        return times


@contextmanager
def calling() -> Iterator[Callers]:
    """Run the processes of the callers."""
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(PROCESSES)]
    processes = [context.Process(target=_work, args=(theirs,), daemon=True) for _, theirs in pairs]
    for process in processes:
        process.start()
    try:
        yield Callers([ours for ours, _ in pairs])
    finally:
        for (ours, _), process in zip(pairs, processes, strict=True):
            with suppress(OSError):
                ours.send(None)
            process.join()


def processor_time(process: psutil.Process) -> float:
    """Seconds that the processor has spent on a process and all that it started, those that have ended included."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times: Any = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


@dataclass
class Rounds:
    """What calls took, once for each round: seconds.

    Attributes:
        p50: The median of the calls.
        p99: What one call of a hundred took longer than.
        costs: The processor's time of a call.
        rates: The calls in a second.
    """

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def measure(self, process: psutil.Process, request: Request, callers: Callers, count: int, seconds: float) -> None:
        """Measure one round.

        Args:
            process: The server.
            request: What is sent to it.
            callers: Who sends it.
            count: The number of connections.
            seconds: For how long.
        """
        before = processor_time(process)
        times = callers.load(request, count, seconds=seconds)
        self.costs.append((processor_time(process) - before) / len(times))
        self.rates.append(len(times) / seconds)
        percentiles = quantiles(times, n=100)
        self.p50.append(percentiles[49])
        self.p99.append(percentiles[98])
