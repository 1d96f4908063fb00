"""How many callers may wait for plugins at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from biot_emulator.api.errors import TooManyRequests

__all__ = ["Concurrency"]

_MAX_OF_PLUGIN = 320
#: Fewer than the server has connections, so that whoever needs no plugin is answered.
_MAX_OF_ALL = 400


class Concurrency:
    """Counts the callers that wait for each plugin. Safe for several threads.

    Args:
        of_plugin: Maximum number of callers of one plugin.
        of_all: Maximum number of callers of all plugins together.
    """

    def __init__(self, of_plugin: int = _MAX_OF_PLUGIN, of_all: int = _MAX_OF_ALL) -> None:
        self._of_plugin = of_plugin
        self._of_all = of_all
        self._lock = threading.Lock()
        self._callers: Counter[str] = Counter()

    @contextmanager
    def enter(self, endpoint: str) -> Iterator[None]:
        """Count as a caller of a plugin.

        Args:
            endpoint: The plugin's address.

        Raises:
            TooManyRequests: It has as many callers as it may have.
        """
        with self._lock:
            if self._callers[endpoint] >= self._of_plugin or self._callers.total() >= self._of_all:
                raise TooManyRequests("Too many callers wait for a plugin: try again later")
            self._callers[endpoint] += 1
        try:
            yield
        finally:
            self._leave(endpoint)

    def _leave(self, endpoint: str) -> None:
        with self._lock:
            self._callers[endpoint] -= 1
            if not self._callers[endpoint]:
                del self._callers[endpoint]
