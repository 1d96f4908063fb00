"""The processes of one plugin, and who waits for them."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.function_url.response_from_reply import BAD_GATEWAY
from biot_emulator.lambda_function import failures
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.runtime.execution_environment import Runtime
from biot_emulator.runtime.folder_size import FolderSize
from biot_emulator.runtime.results import failed

__all__ = ["Pool", "Turn", "Worker"]

_MEGABYTE = 1024 * 1024


class Turn:
    """A caller who waits for a process.

    Attributes:
        worker: The process that the caller has got.
    """

    def __init__(self) -> None:
        self.worker: Worker | None = None
        # Not a condition: whoever has got a process needs no other lock for it.
        self._called = threading.Lock()
        self._called.acquire()

    def wait(self, seconds: float) -> bool:
        """Wait until it is called; return false if that takes too long."""
        return self._called.acquire(timeout=max(0.0, seconds))

    def call(self) -> None:
        """End the wait; may be done once."""
        self._called.release()


@dataclass(slots=True)
class Pool:
    """The processes of one version of a plugin; not thread-safe.

    Attributes:
        function: The plugin.
        storage_mb: Maximum size in megabytes of a process's temporary folder.
        all: Its processes.
        idle: Those without an event, the last one to become idle last.
        turns: Who waits for one, longest first.
        retired: Whether it accepts no process back, but for who waits already: each is served by the version it is for.
    """

    function: Function
    storage_mb: int
    all: list[Worker] = field(default_factory=list)
    idle: list[Worker] = field(default_factory=list)
    turns: deque[Turn] = field(default_factory=deque)
    retired: bool = False

    def give(self, worker: Worker) -> None:
        """Give a process to whoever has waited longest: nobody who comes later takes it meanwhile."""
        if self.turns:
            self.turns[0].worker = worker
            self.call()
        else:
            worker.idle_since = time.monotonic()
            self.idle.append(worker)

    def call(self) -> None:
        """Call whoever has waited longest."""
        if self.turns:
            self.turns.popleft().call()

    def leave(self, turn: Turn) -> bool:
        """Let a caller wait no longer; return false if it has been called."""
        if turn not in self.turns:
            return False
        self.turns.remove(turn)
        return True

    def call_all(self) -> None:
        """Call everybody who waits."""
        while self.turns:
            self.call()

    def retire(self) -> list[Worker]:
        """Accept no worker back once nobody waits for one, and remove the idle ones."""
        self.retired = True
        return self.take(lambda _: True)

    def take(self, matches: Callable[[Worker], bool]) -> list[Worker]:
        """Remove and return the idle workers that match."""
        taken = [worker for worker in self.idle if matches(worker)]
        self.idle = [worker for worker in self.idle if worker not in taken]
        self.all = [worker for worker in self.all if worker not in taken]
        return taken


class Worker:
    """A process and its temporary folder.

    Args:
        pool: Where it belongs.
        temporary: The folder.

    Attributes:
        idle_since: When it became idle, on the monotonic clock.
        closed: Set once nothing of it is left.
    """

    def __init__(self, pool: Pool, temporary: tempfile.TemporaryDirectory[str]) -> None:
        function = pool.function
        self.pool = pool
        self.idle_since = 0.0
        self.closed = threading.Event()
        self._storage_mb = pool.storage_mb
        self._temporary = temporary
        folder = Path(temporary.name)
        self._used = FolderSize(folder)
        # The temporary folders of all others are beside its own.
        hidden = (*function.hidden, folder.parent)
        self._runtime = Runtime(function._replace(temporary=folder, hidden=hidden))

    def invoke(self, event: Any, prepare: Callable[[], object] | None) -> Invocation:
        """Handle an event; `prepare` is called right before a process is started, if none is running."""
        try:
            invocation = self._runtime.invoke(event, prepare=prepare)
        except SandboxUnavailable as unavailable:
            return failed(failures.sandbox_unavailable(unavailable))
        used = self._used.measure()
        if used <= self._storage_mb * _MEGABYTE:
            return invocation
        error = failures.out_of_storage(self._storage_mb, used)
        return invocation._replace(reply=None, response=BAD_GATEWAY, error=error)

    def start(self, prepare: Callable[[], object] | None) -> None:
        """Start the process, for its next event.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        self._runtime.start(prepare)

    def kill(self) -> None:
        """End the process from another thread."""
        self._runtime.kill()

    def close(self) -> None:
        """End the process, and remove the folder."""
        self._runtime.close()
        self._temporary.cleanup()
        self.closed.set()
