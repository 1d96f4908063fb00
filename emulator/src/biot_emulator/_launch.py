"""Starts a runtime client in the plugin's interpreter: `python _launch.py HANDLER CLIENT [FOLDER OF AWS'S CLIENT]`.

It runs under every Python that plugins run under, without any other module of this package but those of
`_runtime_client`.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import Any

_PACKAGE = "biot_emulator._runtime_client"


def main(handler: str, client: str, client_folder: str | None = None) -> None:
    """Serve events until the process is killed.

    Args:
        handler: Module and attribute of the plugin's entry point.
        client: `awslambdaric` or `built-in`.
        client_folder: Where AWS's client is, when the interpreter does not have it.
    """
    # Python put this file's own folder first, whose modules nobody is to find.
    del sys.path[0]
    sys.argv = ["bootstrap", handler]
    if client == "built-in":
        # Before the plugin's folder is there, so that no module of the plugin's takes the place of the library's.
        built_in = _own("serve")
        _put_plugin_first()
        built_in.serve(handler)
    _put_plugin_first()
    if client_folder:
        # Last, so that it hides nothing that the plugin brought itself.
        sys.path.append(client_folder)
    aws = importlib.import_module("awslambdaric.__main__")
    _show_import_tracebacks(importlib.import_module("awslambdaric.bootstrap"))
    aws.main(sys.argv)


def _put_plugin_first() -> None:
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])


def _own(name: str) -> Any:
    """Import a module of the built-in client, whose package is on no search path and stays off it."""
    if _PACKAGE not in sys.modules:
        package = sys.modules[_PACKAGE] = ModuleType(_PACKAGE)
        package.__path__ = [os.path.join(os.path.dirname(__file__), _PACKAGE.rpartition(".")[2])]  # noqa: PTH118, PTH120
    return importlib.import_module(f"{_PACKAGE}.{name}")


def _show_import_tracebacks(bootstrap: ModuleType) -> None:
    """Have the traceback of a failed import written to the log: AWS's client reports its last line only."""
    get_handler = getattr(bootstrap, "_get_handler", None)
    if get_handler is None:
        return

    def get_handler_loudly(handler: str) -> Any:
        try:
            return get_handler(handler)
        except Exception as error:
            if isinstance(error.__context__, (ImportError, SyntaxError)):
                folder = os.path.dirname(bootstrap.__file__ or "")  # noqa: PTH120
                sys.stderr.write(_own("faults").import_traceback(error.__context__, folder))
            raise

    bootstrap._get_handler = get_handler_loudly  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
