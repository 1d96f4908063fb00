"""How a plugin is debugged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from biot_emulator.debugging.clock import Clock

if TYPE_CHECKING:
    from biot_emulator.debugging.port import DebugPort

__all__ = ["Debugging"]

#: What the debugger itself needs, beside the plugin.
_DEBUGGER_MB = 256


@dataclass(frozen=True, slots=True, eq=False)
class Debugging:
    """How a plugin is debugged. Its `breakpoint()` never ends it: where nobody can be asked, it does nothing.

    Attributes:
        clock: The time of its events, which stands still while somebody debugs it.
        port: Where debuggers attach; None where they cannot. With one, the plugin has one process at a time.
        library: The folder of the package `debugpy`, for a port.
        wait_seconds: How long each of its processes waits for a debugger before it loads the plugin; None if it does
            not wait.
        terminal: The descriptor of a terminal, on which `breakpoint()` shows a prompt; None if it shows none.
        timed_modules: The names of modules with time limits of their own, whose `time.monotonic` is this clock, too.
    """

    clock: Clock = field(default_factory=Clock)
    port: DebugPort | None = None
    library: Path | None = None
    wait_seconds: float | None = None
    terminal: int | None = None
    timed_modules: tuple[str, ...] = ()

    @property
    def extra_memory_mb(self) -> int:
        """The megabytes that the plugin's processes may have in addition to the plugin's own."""
        return _DEBUGGER_MB if self.port else 0
