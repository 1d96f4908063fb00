"""Starts a runtime client in the plugin's interpreter: `python launch.py HANDLER CLIENT CLIENT_FOLDER [DEBUGGING]`.

It runs under every Python that plugins run under, without any other module of this package but those of
`runtime_client`, and of `debug_client` for a plugin that is debugged.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_PACKAGE = "biot_emulator.sandbox.runtime_client"
_DEBUGGING = "biot_emulator.sandbox.debug_client"


def main(handler: str, client: str, client_folder: str = "", debugging: str = "") -> None:
    """Serve events until the process is killed.

    Args:
        handler: Module and attribute of the plugin's entry point.
        client: `awslambdaric` or `built-in`.
        client_folder: Where AWS's client is, when the interpreter does not have it; else empty.
        debugging: How the plugin is debugged, as JSON; empty if it is not.
    """
    # Python put this file's folder first; the plugin must not find its modules.
    del sys.path[0]
    sys.argv = ["bootstrap", handler]
    if client == "built-in":
        # Before the plugin's folder is added, so that no module of the plugin shadows the standard library.
        built_in = _import_built_in("serve")
        _start_debugging(debugging, lambda: _import_built_in("context"))
        _put_plugin_first()
        built_in.serve(handler)
    if client_folder:
        # Last, so that it shadows nothing of the plugin.
        sys.path.append(client_folder)
    # Before the plugin's folder is added, too: on Lambda the client has its modules before the plugin can have others.
    aws = importlib.import_module("awslambdaric.__main__")
    _show_import_tracebacks(importlib.import_module("awslambdaric.bootstrap"))
    _start_debugging(debugging, lambda: importlib.import_module("awslambdaric.lambda_context"))
    _put_plugin_first()
    aws.main(sys.argv)


def _put_plugin_first() -> None:
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])


def _start_debugging(options: str, import_contexts: Callable[[], Any]) -> None:
    if options:
        _import_built_in("api")
        _import_built_in("start", _DEBUGGING).start(options, import_contexts().LambdaContext)


def _import_built_in(name: str, package_name: str = _PACKAGE) -> Any:
    """Import a module of the built-in client, whose package is on no search path and stays off it."""
    if package_name not in sys.modules:
        package = sys.modules[package_name] = ModuleType(package_name)
        package.__path__ = [os.path.join(os.path.dirname(__file__), package_name.rpartition(".")[2])]  # noqa: PTH118, PTH120
    return importlib.import_module(f"{package_name}.{name}")


def _show_import_tracebacks(bootstrap: ModuleType) -> None:
    """Log the traceback of a failed import: AWS's client reports its last line only."""
    get_handler = getattr(bootstrap, "_get_handler", None)
    if get_handler is None:
        return

    def get_handler_and_log(handler: str) -> Any:
        try:
            return get_handler(handler)
        except Exception as error:
            if isinstance(error.__context__, (ImportError, SyntaxError)):
                folder = os.path.dirname(bootstrap.__file__ or "")  # noqa: PTH120
                sys.stderr.write(_import_built_in("faults").import_traceback(error.__context__, folder))
            raise

    bootstrap._get_handler = get_handler_and_log  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
