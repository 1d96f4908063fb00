"""Starts AWS's runtime client in the plugin's interpreter: `python _launch.py HANDLER [CLIENT_FOLDER]`.

It runs under every Python that plugins run under, without any other module of this package.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from types import ModuleType
from typing import Any


def main(handler: str, client_folder: str | None = None) -> None:
    """Serve events until the process is killed.

    Args:
        handler: Module and attribute of the plugin's entry point.
        client_folder: Where the runtime client is, when the interpreter does not have it.
    """
    # Python put this file's own folder first, where Lambda has the plugin's.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    if client_folder:
        # Last, so that it hides nothing that the plugin brought itself.
        sys.path.append(client_folder)
    sys.argv = ["bootstrap", handler]
    client = importlib.import_module("awslambdaric.__main__")
    _show_import_tracebacks(importlib.import_module("awslambdaric.bootstrap"))
    client.main(sys.argv)


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
