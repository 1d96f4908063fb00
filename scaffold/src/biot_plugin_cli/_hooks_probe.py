"""Imports a plugin and writes down what its decorators say: `python _hooks_probe.py HANDLER REPORT PLACE SECONDS`.

It runs under every Python that plugins run under, without any other module of this package. What the plugin prints
goes where it goes; the report is a file, which appears when it is complete.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["main"]


class _Refused(Exception):
    """What Lambda, or we, say of a plugin that was imported."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main(handler: str, report: str, place: str, seconds: str) -> None:
    """Write the report and end the process.

    Args:
        handler: Module and attribute of the plugin's entry point.
        report: The file to write.
        place: The file that tells where the import stands after some seconds.
        seconds: How many.
    """
    # Python put this file's own folder first, where Lambda has the plugin's.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.argv = ["bootstrap", handler]
    with Path(place).open("w") as where:
        faulthandler.dump_traceback_later(float(seconds), file=where)
        found = _inspect(handler)
        faulthandler.cancel_dump_traceback_later()
    draft = Path(report + ".draft")
    draft.write_text(json.dumps(found), encoding="utf-8")
    draft.replace(report)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Threads that the plugin started must not keep the process.
    os._exit(0)


def _inspect(handler: str) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        entry_point = _import(handler)
        import_ms = (time.perf_counter() - started) * 1000
        plugin = _plugin_of(entry_point)
        return {
            "made_with_framework": plugin is not None,
            "subscriptions": plugin.subscriptions() if plugin else {"interceptions": [], "notifications": []},
            "cron_schedule": plugin.cron_schedule if plugin else None,
            "import_ms": import_ms,
        }
    except _Refused as error:
        return {"error": {"type": error.kind, "message": str(error), "traceback": []}}
    except BaseException as error:
        kind, message = _described(error, handler.rpartition(".")[0])
        return {"error": {"type": kind, "message": message, "traceback": _plugin_traceback(error)}}


def _import(handler: str) -> Any:
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        raise _Refused("Runtime.MalformedHandlerName", f"Bad handler '{handler}'")
    module = importlib.import_module(module_name.replace("/", "."))
    try:
        entry_point = getattr(module, name)
    except AttributeError:
        message = f"Handler '{name}' missing on module '{module_name}'"
        raise _Refused("Runtime.HandlerNotFound", message) from None
    if not callable(entry_point):
        raise _Refused("Runtime.HandlerNotFound", f"Handler '{name}' of module '{module_name}' is no function")
    return entry_point


def _described(error: BaseException, module: str) -> tuple[str, str]:
    """Name an error as Lambda does."""
    if isinstance(error, ImportError):
        return "Runtime.ImportModuleError", f"Unable to import module '{module}': {error}"
    if isinstance(error, SyntaxError):
        return "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}"
    if isinstance(error, SystemExit):
        return "Runtime.ExitError", f"it ends its process, by SystemExit({error.code!r})"
    return type(error).__name__, str(error)


def _plugin_traceback(error: BaseException) -> list[str]:
    report = traceback.TracebackException.from_exception(error)
    machinery = (__file__, os.path.dirname(importlib.__file__), "<frozen importlib")  # noqa: PTH120
    frames = [frame for frame in report.stack if not frame.filename.startswith(machinery)]
    report.stack = traceback.StackSummary.from_list(frames)
    return "".join(report.format()).splitlines()


def _plugin_of(entry_point: Any) -> Any:
    """Find the plugin that an entry point belongs to; None where it belongs to none."""
    plugin_class = getattr(sys.modules.get("biot_plugin"), "Plugin", None)
    if plugin_class is None:
        return None
    named = [value for value in _used_by(entry_point) if issubclass(type(value), plugin_class)]
    plugins = named or [value for value in gc.get_objects() if issubclass(type(value), plugin_class)]
    if len({id(plugin) for plugin in plugins}) > 1:
        raise _Refused("AmbiguousPlugin", "There are several plugins, and its handler tells none of them")
    return plugins[0] if plugins else None


def _used_by(entry_point: Any) -> Iterator[Any]:
    """Yield what a function is bound to, wraps, holds or names."""
    while entry_point is not None:
        yield getattr(entry_point, "__self__", None)
        function = getattr(entry_point, "__func__", entry_point)
        for cell in getattr(function, "__closure__", None) or ():
            # A cell may have no value yet.
            with contextlib.suppress(ValueError):
                yield getattr(cell.cell_contents, "__self__", cell.cell_contents)
        names = getattr(getattr(function, "__code__", None), "co_names", ())
        yield from (getattr(function, "__globals__", {}).get(name) for name in names)
        entry_point = getattr(entry_point, "__wrapped__", None) or getattr(entry_point, "func", None)


if __name__ == "__main__":
    main(*sys.argv[1:])
