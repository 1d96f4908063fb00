"""Starts AWS's runtime client in the plugin's interpreter: `python _launch.py LIFELINE HANDLER [CLIENT_FOLDER]`.

It runs under every Python that plugins run under, without any other module of this package.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import signal
import sys
import threading
import traceback
from types import ModuleType
from typing import Any


def main(lifeline: str, handler: str, client_folder: str | None = None) -> None:
    """Serve events until the process is killed.

    Args:
        lifeline: The descriptor of a pipe that closes with the process that started this one.
        handler: Module and attribute of the plugin's entry point.
        client_folder: Where the runtime client is, when the interpreter does not have it.
    """
    _end_with(int(lifeline))
    # Python put this file's own folder first, where Lambda has the plugin's.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    if client_folder:
        # Last, so that it hides nothing that the plugin brought itself.
        sys.path.append(client_folder)
    sys.argv = ["bootstrap", handler]
    client = importlib.import_module("awslambdaric.__main__")
    _show_import_tracebacks(importlib.import_module("awslambdaric.bootstrap"))
    client.main(sys.argv)


def _end_with(lifeline: int) -> None:
    """Have this process and all of its group killed once the pipe is closed, whatever the plugin is busy with then."""
    os.set_inheritable(lifeline, False)
    if not hasattr(fcntl, "F_SETSIG"):
        threading.Thread(target=_kill_group_after, args=(lifeline,), daemon=True).start()
        return
    # Where the kernel can do it no thread is needed, which Python would warn of when the plugin forks a process.
    os.set_blocking(lifeline, False)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    try:
        # It may have been closed before.
        _kill_group_after(lifeline)
    except BlockingIOError:
        return


def _kill_group_after(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _show_import_tracebacks(bootstrap: ModuleType) -> None:
    """Have the traceback of a failed import written to the log: the client reports its last line only."""
    get_handler = getattr(bootstrap, "_get_handler", None)
    if get_handler is None:
        return

    def get_handler_loudly(handler: str) -> Any:
        try:
            return get_handler(handler)
        except Exception as error:
            if isinstance(error.__context__, (ImportError, SyntaxError)):
                sys.stderr.write(_plugin_traceback(error.__context__))
            raise

    bootstrap._get_handler = get_handler_loudly  # type: ignore[attr-defined]


def _plugin_traceback(error: BaseException) -> str:
    report = traceback.TracebackException.from_exception(error)
    machinery = (os.path.dirname(importlib.__file__), os.path.dirname(sys.modules["awslambdaric"].__file__ or ""))  # noqa: PTH120
    frames = [frame for frame in report.stack if not frame.filename.startswith((*machinery, "<frozen importlib"))]
    report.stack = traceback.StackSummary.from_list(frames)
    return "".join(report.format())


if __name__ == "__main__":
    main(*sys.argv[1:])
