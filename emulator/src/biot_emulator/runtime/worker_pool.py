"""Runs the code of plugins: more processes of one while its calls overlap, fewer once they are idle."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.function_url.handler_reply import BAD_GATEWAY
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.runtime.runner import Runtime

__all__ = ["Workers", "failed"]

_MEGABYTE = 1024 * 1024
_KILL_SECONDS = 0.02
_DEADLY = frozenset({"Sandbox.Timedout", "Runtime.OutOfMemory", "Runtime.ExitError", "Sandbox.StorageExceeded"})


class Workers:
    """The processes of all plugins. Safe for several threads.

    Each process handles one event at a time. While all of a plugin's processes are busy a new one is started, up to the
    limit; further events wait. A process that was idle for long enough is ended.

    Args:
        limit: How many processes one plugin may have.
        idle_seconds: How long a process may wait for its next event.
    """

    def __init__(self, *, limit: int = 10, idle_seconds: float = 60.0) -> None:
        self._limit = limit
        self._idle_seconds = idle_seconds
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._pools: dict[str, _Pool] = {}
        self._workers = weakref.WeakSet[_Worker]()
        self._closing = False
        self._reaper: threading.Thread | None = None

    def invoke(self, function: Function, event: Any, *, storage_mb: int = 512) -> Invocation:
        """Have a plugin handle one event, as soon as one of its processes is free.

        A function that is not the one of the plugin's last event takes its place: the processes of the old one finish
        what they do, and are ended.

        Args:
            function: What to run.
            event: What the handler gets.
            storage_mb: Megabytes that one process may keep in its temporary folder.
        """
        worker = self._acquire(function, storage_mb)
        if worker is None:
            return failed(InvocationError("Sandbox.Closed", "The emulator is being stopped"))
        try:
            invocation = worker.invoke(event)
        except BaseException:
            self._release(worker, None)
            raise
        self._release(worker, invocation)
        return invocation

    def retire(self, name: str) -> None:
        """End the processes of a plugin; those that are busy, once they have answered."""
        with self._changed:
            pool = self._pools.pop(name, None)
            ended = pool.retire() if pool else []
        _close(ended)

    def retire_all(self) -> None:
        """End the processes of all plugins, as `retire` does."""
        with self._changed:
            names = list(self._pools)
        for name in names:
            self.retire(name)

    def count(self, name: str) -> int:
        """Tell how many processes a plugin has."""
        with self._changed:
            return len(self._pools[name].all) if name in self._pools else 0

    def folders(self) -> set[str]:
        """Name the folders whose code is being run, also by processes of a plugin that has other code by now."""
        with self._changed:
            return {worker.pool.function.root.name for worker in self._workers if not worker.closed.is_set()}

    def close(self) -> None:
        """End every process, the busy ones too: their events fail."""
        with self._changed:
            self._closing = True
            busy = [worker for pool in self._pools.values() for worker in pool.all if worker not in pool.idle]
            names = list(self._pools)
            self._changed.notify_all()
        for name in names:
            self.retire(name)
        for worker in busy:
            # Again and again, as a process that is just being started is not there to be killed yet.
            while not worker.closed.wait(_KILL_SECONDS):
                worker.kill()
        if self._reaper:
            self._reaper.join()

    def _acquire(self, function: Function, storage_mb: int) -> _Worker | None:
        with self._changed:
            ended = self._replace(function, storage_mb)
        _close(ended)
        with self._changed:
            while not self._closing:
                pool = self._pools.setdefault(function.name, self._new_pool(function, storage_mb))
                if pool.idle:
                    return pool.idle.pop()
                if len(pool.all) < self._limit:
                    worker = _Worker(pool)
                    pool.all.append(worker)
                    self._workers.add(worker)
                    return worker
                pool.freed.wait()
        return None

    def _new_pool(self, function: Function, storage_mb: int) -> _Pool:
        return _Pool(function, storage_mb, threading.Condition(self._lock))

    def _replace(self, function: Function, storage_mb: int) -> list[_Worker]:
        pool = self._pools.get(function.name)
        if pool is None or (pool.function, pool.storage_mb) == (function, storage_mb):
            return []
        self._pools[function.name] = self._new_pool(function, storage_mb)
        return pool.retire()

    def _release(self, worker: _Worker, invocation: Invocation | None) -> None:
        spent = invocation is None or _is_spent(invocation)
        with self._changed:
            if not spent and not worker.pool.retired and not self._closing:
                worker.idle_since = time.monotonic()
                worker.pool.idle.append(worker)
                worker.pool.freed.notify()
                self._start_reaper()
                return
            worker.pool.all.remove(worker)
            worker.pool.freed.notify()
        worker.close()

    def _start_reaper(self) -> None:
        if self._reaper is None:
            self._reaper = threading.Thread(target=self._reap, name="biot-emulator-reaper", daemon=True)
            self._reaper.start()

    def _reap(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                ended, wait = self._idle_for_long()
                if not ended:
                    self._changed.wait(wait)
            _close(ended)

    def _idle_for_long(self) -> tuple[list[_Worker], float]:
        """Take out the workers that were idle for long enough; tell the seconds until another one can have been."""
        now, ended = time.monotonic(), []
        for pool in self._pools.values():
            ended += pool.take(lambda worker: now - worker.idle_since >= self._idle_seconds)
        left = [worker.idle_since for pool in self._pools.values() for worker in pool.idle]
        return ended, max(0.0, min(left, default=now) + self._idle_seconds - now)


@dataclass(slots=True)
class _Pool:
    function: Function
    storage_mb: int
    freed: threading.Condition
    all: list[_Worker] = field(default_factory=list)
    idle: list[_Worker] = field(default_factory=list)
    retired: bool = False

    def retire(self) -> list[_Worker]:
        """Take no worker back, and hand over the idle ones."""
        self.retired = True
        self.freed.notify_all()
        return self.take(lambda _: True)

    def take(self, wanted: Callable[[_Worker], bool]) -> list[_Worker]:
        taken = [worker for worker in self.idle if wanted(worker)]
        self.idle = [worker for worker in self.idle if worker not in taken]
        self.all = [worker for worker in self.all if worker not in taken]
        return taken


class _Worker:
    """One process, and its temporary folder."""

    def __init__(self, pool: _Pool) -> None:
        function = pool.function
        self.pool = pool
        self.idle_since = 0.0
        self.closed = threading.Event()
        self._storage_mb = pool.storage_mb
        self._scratch = tempfile.TemporaryDirectory(prefix="biot-plugin-", ignore_cleanup_errors=True)
        self._runtime = Runtime(replace(function, environment={"TMPDIR": self._scratch.name, **function.environment}))

    def invoke(self, event: Any) -> Invocation:
        try:
            invocation = self._runtime.invoke(event)
        except SandboxUnavailable as unavailable:
            return failed(InvocationError("Sandbox.Unavailable", str(unavailable), "init"))
        used = _size(Path(self._scratch.name))
        if used <= self._storage_mb * _MEGABYTE:
            return invocation
        message = f"Ephemeral storage of {self._storage_mb} MB exceeded: {-(-used // _MEGABYTE)} MB used"
        error = InvocationError("Sandbox.StorageExceeded", message)
        return replace(invocation, reply=None, response=BAD_GATEWAY, error=error)

    def kill(self) -> None:
        self._runtime.kill()

    def close(self) -> None:
        self._runtime.close()
        self._scratch.cleanup()
        self.closed.set()


def failed(error: InvocationError) -> Invocation:
    """What came of an event that no process got."""
    return Invocation(None, BAD_GATEWAY, error, 0.0, None, 0, [], cold=False)


def _is_spent(invocation: Invocation) -> bool:
    error = invocation.error
    return error is not None and (error.phase == "init" or error.type in _DEADLY)


def _close(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.close()


def _size(folder: Path) -> int:
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += (Path(root) / name).lstat().st_size
    return total
