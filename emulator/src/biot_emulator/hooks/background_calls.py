"""Calls of plugins that nobody waits for: no plugin keeps another one's waiting."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["BackgroundCalls"]

#: As many as a plugin has processes.
_MAX_AT_ONCE = 10
_MAX_WAITING = 1000


@dataclass(slots=True)
class _Queue:
    calls: deque[Callable[[], None]] = field(default_factory=deque)
    threads: int = 0


class BackgroundCalls:
    """Runs the calls of each plugin in order, some at once, in threads that end when there are none left.

    Args:
        name: The threads' name.
        at_once: Maximum number of calls of one plugin at once.
        waiting: Maximum number of its calls that wait.
    """

    def __init__(self, name: str, *, at_once: int = _MAX_AT_ONCE, waiting: int = _MAX_WAITING) -> None:
        self._name = name
        self._at_once = at_once
        self._waiting = waiting
        self._lock = threading.Lock()
        self._queues: dict[str, _Queue] = {}
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def submit(self, plugin: str, call: Callable[[], None]) -> bool:
        """Have a plugin called; return whether it will be.

        Args:
            plugin: What tells the plugin from others.
            call: Calls it. Must not raise.
        """
        with self._lock:
            queue = self._queues.setdefault(plugin, _Queue())
            if self._closed or len(queue.calls) >= self._waiting:
                return False
            queue.calls.append(call)
            if queue.threads < self._at_once:
                queue.threads += 1
                thread = threading.Thread(target=self._run, args=(plugin, queue), name=self._name)
                self._threads.add(thread)
                thread.start()
        return True

    def close(self) -> None:
        """Call nobody any more, and wait for the calls that are being made."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _run(self, plugin: str, queue: _Queue) -> None:
        while call := self._next(plugin, queue):
            call()

    def _next(self, plugin: str, queue: _Queue) -> Callable[[], None] | None:
        with self._lock:
            if queue.calls and not self._closed:
                return queue.calls.popleft()
            queue.threads -= 1
            if not queue.threads:
                self._queues.pop(plugin, None)
            self._threads.discard(threading.current_thread())
            return None
