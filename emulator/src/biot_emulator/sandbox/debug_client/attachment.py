"""The debugger in this process: debugpy, from wherever it is, and without anything that lies beside it there."""

from __future__ import annotations

import importlib.util
import os
import sys
from types import FrameType
from typing import Any

__all__ = ["Attachment"]

# For the debugger's own process, on a machine that has other things to do.
_SPAWN_VARIABLE, _SPAWN_SECONDS = "DEBUGPY_PROCESS_SPAWN_TIMEOUT", "60"


class Attachment:
    """Where a debugger attaches to this process.

    Args:
        library: The folder of the package `debugpy`.
    """

    def __init__(self, library: str) -> None:
        self._debugpy = _import_debugpy(library)

    def listen(self) -> tuple[str, int]:
        """Listen on this machine, where nobody finds it who is not told; return host and port."""
        os.environ.setdefault(_SPAWN_VARIABLE, _SPAWN_SECONDS)
        # What the plugin starts is none of the plugin, and would listen on a port of its own.
        self._debugpy.configure(subProcess=False)
        try:
            host, port = self._debugpy.listen((_random_host(), 0))
            return str(host), int(port)
        finally:
            del os.environ[_SPAWN_VARIABLE]

    def wait(self) -> None:
        """Wait until a debugger is attached, and has set its breakpoints."""
        self._debugpy.wait_for_client()

    @property
    def is_attached(self) -> bool:
        """Whether a debugger is attached."""
        return bool(self._debugpy.is_client_connected())

    def stop_at(self, frame: FrameType) -> None:
        """Have the debugger stop in a frame."""
        sys.modules["pydevd"].settrace(
            suspend=True,
            trace_only_current_thread=True,
            patch_multiprocessing=False,
            stop_at_frame=frame,
            notify_stdin=False,
        )


def _random_host() -> str:
    """Return one of the many addresses that Linux has of the machine itself: pages in a browser try the first only."""
    if sys.platform != "linux":
        return "127.0.0.1"
    return "127.{}.{}.{}".format(*(1 + byte % 254 for byte in os.urandom(3)))


def _import_debugpy(library: str) -> Any:
    spec = importlib.util.spec_from_file_location(
        "debugpy",
        os.path.join(library, "__init__.py"),  # noqa: PTH118 - pathlib is slow to load
        submodule_search_locations=[library],
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"There is no debugpy in {library}")
    module = sys.modules["debugpy"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
