"""The time that a handler has left, and what else measures it in the process: as the emulator's clock has it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from biot_emulator.sandbox.debug_client.service import Service

__all__ = ["ContextClock"]


class ContextClock:
    """What `get_remaining_time_in_millis()` of the context does.

    Args:
        service: Has the clock.
        modules: The names of modules with time limits of their own. They may be loaded late, but whoever sets a limit
            asks before how much time is left.
    """

    def __init__(self, service: Service, modules: Sequence[str]) -> None:
        self._service = service
        self._modules = set(modules)

    def __call__(self) -> int:
        """Return the milliseconds until the timeout."""
        for name in [*self._modules]:
            if name in sys.modules:
                self._modules.remove(name)
                vars(sys.modules[name])["time"] = _Time(self._service)
        return self._service.remaining_ms()


class _Time:
    """The module `time` of one module, with another clock; everybody else in the process has the real one."""

    def __init__(self, service: Service) -> None:
        self.monotonic = service.now

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)
