"""How a plugin is debugged on this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from biot_plugin_cli.errors import OperationFailed, UsageError

if TYPE_CHECKING:
    from biot_emulator.debugging.settings import Debugging

__all__ = ["IGNORED_BREAKPOINTS", "WAIT_SECONDS", "DebugOptions", "debugging"]

WAIT_SECONDS = 300.0
"""How long an event waits for a debugger, where it does."""

IGNORED_BREAKPOINTS = {"PYTHONBREAKPOINT": "0"}
"""The variables of a process in which `breakpoint()` does nothing, as nobody debugs it."""

#: Where the framework limits the time of `event.biot`.
_TIMED_MODULES = ("biot_plugin.http.time_limit",)
_LIBRARY = "debugpy/__init__.py"


class DebugOptions(NamedTuple):
    """What `--debug` says.

    Attributes:
        port: Where debuggers attach; 0 takes a free one.
        enforces_timeout: Whether the plugin's timeout holds while a debugger is attached.
    """

    port: int
    enforces_timeout: bool = False

    @classmethod
    def parse(cls, port: int | None, *, enforces_timeout: bool) -> Self | None:
        """Return what the options say; None without `--debug`.

        Raises:
            UsageError: An option is there that needs `--debug`.
        """
        if port is not None:
            return cls(port, enforces_timeout)
        if enforces_timeout:
            raise UsageError("--enforce-timeout is for a plugin that is debugged: pass --debug too")
        return None


@contextmanager
def debugging(
    options: DebugOptions | None, root: Path, wait_seconds: float | None = None, terminal: int | None = None
) -> Iterator[Debugging]:
    """Let debuggers attach to a plugin, within the context.

    Args:
        options: What `--debug` says; None if it is not there.
        root: The plugin's folder.
        wait_seconds: How long each of its processes waits for a debugger; None if it does not wait.
        terminal: The descriptor of a terminal for the prompt of `breakpoint()`; None if there is none.

    Raises:
        OperationFailed: Another program has the port, or debugpy is not installed.
    """
    from biot_emulator.debugging.clock import Clock
    from biot_emulator.debugging.settings import Debugging

    clock = Clock()
    if options is None:
        yield Debugging(clock, terminal=terminal, timed_modules=_TIMED_MODULES)
        return
    from biot_emulator.debugging.port import DebugPort
    from biot_emulator.errors import EmulatorError

    library = _find_debugpy(root)
    try:
        port = DebugPort(options.port, clock, holds_clock=not options.enforces_timeout)
    except EmulatorError as error:
        raise OperationFailed(f"{error}, as in --debug 0") from error
    with port:
        yield Debugging(clock, port, library, wait_seconds, terminal, _TIMED_MODULES)


def _find_debugpy(root: Path) -> Path:
    """Return the folder of debugpy: of the plugin's environment, or of this program's."""
    for file in root.glob(f".venv/lib/python3.*/site-packages/{_LIBRARY}"):
        return file.parent
    spec = importlib.util.find_spec("debugpy")
    if spec is None or spec.origin is None:
        raise OperationFailed("debugpy is not installed: add it to the plugin's development dependencies")
    return Path(spec.origin).parent
