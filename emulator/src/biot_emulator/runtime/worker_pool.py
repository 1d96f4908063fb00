"""Pools of plugin processes: they grow while calls overlap, and shrink once processes are idle."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from biot_emulator.debugging.clock import Clock
from biot_emulator.function_url.response_from_reply import BAD_GATEWAY, TOO_MANY_REQUESTS
from biot_emulator.interrupts import uninterrupted
from biot_emulator.lambda_function import failures
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.runtime.plugin_processes import Pool, Turn, Worker
from biot_emulator.runtime.results import failed
from biot_emulator.runtime.temporary_folders import TemporaryFolders

__all__ = ["Workers"]

_KILL_SECONDS = 0.02
_MAX_WORKERS = 10
_MAX_IDLE_SECONDS = 60.0
_MAX_WAIT_SECONDS = 60.0


class Workers:
    """The processes of all plugins. Safe for several threads.

    Each process handles one event at a time. While all of a plugin's processes are busy a new one is started, up to the
    limit; further events wait, and fail as Lambda's do beyond its concurrency if that takes too long. A process that
    has been idle for too long is ended.

    Args:
        limit: Maximum number of processes of one plugin.
        idle_seconds: Seconds after which an idle process is ended.
        wait_seconds: How long an event waits for a process.
    """

    def __init__(
        self,
        *,
        limit: int = _MAX_WORKERS,
        idle_seconds: float = _MAX_IDLE_SECONDS,
        wait_seconds: float = _MAX_WAIT_SECONDS,
    ) -> None:
        self._limit = limit
        self._idle_seconds = idle_seconds
        self._wait_seconds = wait_seconds
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._pools: dict[str, Pool] = {}
        self._workers = weakref.WeakSet[Worker]()
        self._closing = False
        self._reaper: threading.Thread | None = None
        self._temporary_folders = TemporaryFolders()

    def invoke(
        self,
        function: Function,
        event: Any,
        *,
        storage_mb: int = 512,
        prepare: Callable[[], object] | None = None,
    ) -> Invocation:
        """Invoke a plugin with one event, as soon as one of its processes is free.

        A function that differs from the plugin's previous one replaces it: who waits for a process of the old one still
        gets one, busy ones finish their event, and all are ended.

        Args:
            function: The function to run.
            event: Any JSON value, or its payload.
            storage_mb: Maximum size in megabytes of a process's temporary folder.
            prepare: Called right before a process is started, if none is free.
        """
        worker = self._acquire(function, storage_mb)
        if isinstance(worker, InvocationError):
            return failed(worker, TOO_MANY_REQUESTS if failures.is_throttled(worker) else BAD_GATEWAY)
        try:
            invocation = worker.invoke(event, prepare)
        except BaseException:
            self._release(worker, is_reusable=False)
            raise
        self._release(worker, is_reusable=not (invocation.error and failures.ends_process(invocation.error)))
        return invocation

    def start(self, function: Function, *, storage_mb: int = 512, prepare: Callable[[], object] | None = None) -> None:
        """Start a process of a plugin, for its next event, if it has none that lives; the arguments are as above.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        pool = self._join(function, storage_mb)
        with self._changed:
            if self._closing or not (pool.idle or (not pool.all and self._has_room(pool))):
                return
            worker = pool.idle.pop() if pool.idle else self._add(pool)
        is_started = False
        try:
            worker.start(prepare)
            is_started = True
        finally:
            self._release(worker, is_reusable=is_started)

    def retire(self, name: str) -> None:
        """End the processes of a plugin; busy ones finish their event first."""
        with self._changed:
            pool = self._pools.pop(name, None)
            retired = pool.retire() if pool else []
        _close(retired)

    def retire_all(self) -> None:
        """End the processes of all plugins, as `retire` does."""
        with self._changed:
            names = list(self._pools)
        for name in names:
            self.retire(name)

    def count(self, name: str) -> int:
        """Return the number of processes of a plugin."""
        with self._changed:
            return len(self._pools[name].all) if name in self._pools else 0

    def folders(self) -> set[Path]:
        """Return the code folders in use, also by processes that still run a plugin's previous code."""
        with self._changed:
            return {worker.pool.function.root for worker in self._workers if not worker.closed.is_set()}

    def close(self) -> None:
        """End every process; the events of busy ones fail."""
        uninterrupted(self._close, is_release=True)

    def _close(self) -> None:
        with self._changed:
            self._closing = True
            # Also those of versions that are replaced.
            busy = [worker for worker in self._workers if worker not in worker.pool.idle]
            names = list(self._pools)
            for worker in self._workers:
                worker.pool.call_all()
            self._changed.notify_all()
        for name in names:
            self.retire(name)
        for worker in busy:
            # Repeatedly: a process that is just being started cannot be killed yet.
            while not worker.closed.wait(_KILL_SECONDS):
                worker.kill()
        if self._reaper:
            self._reaper.join()
        self._temporary_folders.close()

    def _acquire(self, function: Function, storage_mb: int) -> Worker | InvocationError:
        clock = function.debugging.clock if function.debugging else Clock()
        deadline = clock.now() + self._wait_seconds
        pool = self._join(function, storage_mb)
        while True:
            with self._changed:
                if self._closing:
                    return failures.sandbox_closed()
                if pool.idle:
                    return pool.idle.pop()
                if self._has_room(pool):
                    return self._add(pool)
                pool.turns.append(turn := Turn())
            is_called = self._wait(pool, turn, clock.step(deadline) if function.debugging else deadline - clock.now())
            if turn.worker is not None:
                return turn.worker
            if not is_called and clock.now() >= deadline:
                return failures.throttled(self._wait_seconds)

    def _wait(self, pool: Pool, turn: Turn, seconds: float) -> bool:
        """Wait until it is a caller's turn; return false if that takes too long."""
        try:
            if turn.wait(seconds):
                return True
        except BaseException:
            if not self._leave(pool, turn) and turn.worker is not None:
                self._release(turn.worker, is_reusable=True)
            raise
        return not self._leave(pool, turn)

    def _leave(self, pool: Pool, turn: Turn) -> bool:
        with self._changed:
            return pool.leave(turn)

    def _add(self, pool: Pool) -> Worker:
        worker = Worker(pool, self._temporary_folders.create())
        pool.all.append(worker)
        self._workers.add(worker)
        return worker

    def _has_room(self, pool: Pool) -> bool:
        """Whether one more process of a plugin may be started; while it is debugged, it has one altogether."""
        if pool.function.debugging is None or pool.function.debugging.port is None:
            return len(pool.all) < self._limit
        name = pool.function.name
        return not any(worker.pool.function.name == name and not worker.closed.is_set() for worker in self._workers)

    def _join(self, function: Function, storage_mb: int) -> Pool:
        """Return the pool of a plugin's version, which replaces that of any other."""
        with self._changed:
            pool = self._pools.get(function.name)
            if pool is not None and (pool.function, pool.storage_mb) == (function, storage_mb):
                return pool
            replaced = pool.retire() if pool else []
            pool = self._pools[function.name] = Pool(function, storage_mb)
        _close(replaced)
        return pool

    def _release(self, worker: Worker, *, is_reusable: bool) -> None:
        with self._changed:
            pool = worker.pool
            if is_reusable and not self._closing and (pool.turns or not pool.retired):
                pool.give(worker)
                self._start_reaper()
                return
            pool.all.remove(worker)
            pool.call()
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
                expired, wait = self._take_expired()
                if not expired:
                    self._changed.wait(wait)
            _close(expired)

    def _take_expired(self) -> tuple[list[Worker], float]:
        """Remove the workers that have been idle for too long; also return the seconds until the next one can be."""
        now, expired = time.monotonic(), []
        # Whoever debugs a plugin has it for as long as that takes.
        pools = [
            pool for pool in self._pools.values() if not (pool.function.debugging and pool.function.debugging.port)
        ]
        for pool in pools:
            expired += pool.take(lambda worker: now - worker.idle_since >= self._idle_seconds)
        idle_since = [worker.idle_since for pool in pools for worker in pool.idle]
        return expired, max(0.0, min(idle_since, default=now) + self._idle_seconds - now)


def _close(workers: list[Worker]) -> None:
    for worker in workers:
        worker.close()
