"""Imports a plugin in its own interpreter, and reports the hooks that its decorators declare.

It is run as `python probe.py HANDLER REPORT STACK SECONDS [--lenient]` by every Python that plugins run under,
and imports nothing but the plugin, the standard library and two modules beside it. The plugin's output is not
redirected; the report is a file, which appears when it is complete.
"""

from __future__ import annotations

import faulthandler
import importlib
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

# Only for these two imports: the plugin must not be able to import other modules from there.
sys.path.insert(0, str(Path(__file__).parents[2]))
from biot_plugin_cli.hooks.observation import Observation
from biot_plugin_cli.hooks.probe_search import all_instances, nearest_instances

del sys.path[0], sys.modules["biot_plugin_cli"], sys.modules["biot_plugin_cli.hooks"]

__all__ = ["main"]

_INTERCEPTIONS = ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY")
_NO_HANDLER = ("Runtime.MalformedHandlerName", "Runtime.HandlerNotFound")


class _Rejected(Exception):
    """The plugin was imported, but Lambda, or this program, rejects it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main(handler: str, report: str, stack: str, seconds: str, *options: str) -> None:
    """Write the report and end the process.

    Args:
        handler: Module and attribute of the plugin's entry point.
        report: The file to write.
        stack: The file to write the stacks of all threads to at the time limit.
        seconds: The time limit from here on; then the process ends.
        options: Not empty to report invalid hooks and skip them, instead of ending the import.
    """
    # Python has put this file's folder first; Lambda has the plugin's there.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.argv = ["bootstrap", handler]
    with Path(stack).open("w") as stack_file:
        faulthandler.dump_traceback_later(float(seconds), exit=True, file=stack_file)
        document = _inspect(handler, lenient=bool(options))
        faulthandler.cancel_dump_traceback_later()
    draft = Path(report + ".draft")
    draft.write_text(json.dumps(document), encoding="utf-8")
    draft.replace(report)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Threads that the plugin started must not keep the process alive.
    os._exit(0)


def _inspect(handler: str, *, lenient: bool) -> dict[str, Any]:
    invalid_hooks: list[dict[str, Any]] = []
    try:
        if lenient:
            _collect_invalid_hooks(invalid_hooks)
        # From here on: whether the plugin imports the framework, too, is up to the plugin.
        observation = Observation()
        module, entry_point = _import(handler)
        observed = observation.end()
        hooks = _hooks_of(entry_point, lenient=lenient)
    except _Rejected as error:
        no_handler = error.kind in _NO_HANDLER
        return {"failure": {"type": error.kind, "message": str(error), "no_handler": no_handler}}
    except BaseException as error:
        return {"failure": _describe(error, handler.rpartition(".")[0])}
    module_file = getattr(module, "__file__", None)
    return {**hooks, "module": module_file, "invalid_hooks": invalid_hooks, "loaded": observed}


def _collect_invalid_hooks(invalid_hooks: list[dict[str, Any]]) -> None:
    try:
        framework = importlib.import_module("biot_plugin")
        register = framework.Plugin._register
    except (ImportError, AttributeError):
        return

    def lenient(plugin: Any, function: Any, event_class: Any, *rest: Any) -> None:
        try:
            register(plugin, function, event_class, *rest)
        except framework.RegistrationError as error:
            is_decorator = isinstance(error.__context__, ValueError)
            code = getattr(inspect.unwrap(function), "__code__", None)
            location = {"file": code and code.co_filename, "line": code and code.co_firstlineno}
            kind = event_class.kind.name
            invalid_hooks.append(
                {"kind": kind, "message": str(error), "is_decorator": is_decorator, "location": location}
            )

    framework.Plugin._register = lenient


def _import(handler: str) -> tuple[ModuleType, Any]:
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        raise _Rejected("Runtime.MalformedHandlerName", f"Bad handler '{handler}'")
    module = importlib.import_module(module_name.replace("/", "."))
    try:
        entry_point = getattr(module, name)
    except AttributeError:
        message = f"Handler '{name}' missing on module '{module_name}'"
        raise _Rejected("Runtime.HandlerNotFound", message) from None
    if not callable(entry_point):
        raise _Rejected("Runtime.HandlerNotFound", f"Handler '{name}' of module '{module_name}' is not a function")
    return module, entry_point


def _hooks_of(entry_point: Any, *, lenient: bool) -> dict[str, Any]:
    plugin_class: Any = getattr(sys.modules.get("biot_plugin"), "Plugin", None)
    plugins = all_instances(plugin_class) if plugin_class else []
    nearest = nearest_instances(entry_point, plugin_class) if plugins else []
    if len(nearest) > 1:
        raise _Rejected("AmbiguousPlugin", "There are several Plugin objects, and the handler belongs to none of them")
    if plugins and not nearest and not lenient:
        raise _Rejected("ForeignHandler", "There is a Plugin object, and the handler does not belong to it")
    plugin = nearest[0] if nearest else None
    return {
        "has_framework": plugin is not None,
        "subscriptions": plugin.subscriptions() if plugin else {"interceptions": [], "notifications": []},
        "cron_schedule": plugin.cron_schedule if plugin else None,
        "locations": _locations(plugin) if plugin else {},
        "plugins": len(plugins),
    }


def _locations(plugin: Any) -> dict[str, list[dict[str, Any]]]:
    """Locate the function of each subscription, in the order of the subscriptions."""
    locations: dict[str, list[dict[str, Any]]] = {"interceptions": [], "notifications": [], "schedule": [], "calls": []}
    lists = {**dict.fromkeys(_INTERCEPTIONS, "interceptions"), "NOTIFICATION": "notifications", "SCHEDULED": "schedule"}
    for hook, function in plugin._registry:
        file, _, line = function.place.rpartition(":")
        location = {"file": file, "line": int(line)} if file else {"file": None, "line": None}
        locations[lists.get(hook.kind.name, "calls")].append(location)
    return locations


def _describe(error: BaseException, module: str) -> dict[str, Any]:
    kind, message = _in_lambda_terms(error, module)
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return {
        "type": kind,
        "message": message,
        "reason": f"{type(error).__name__}: {error}",
        "lines": _plugin_traceback(error),
        "no_handler": missing is not None and f"{module.replace('/', '.')}.".startswith(f"{missing}."),
    }


def _in_lambda_terms(error: BaseException, module: str) -> tuple[str, str]:
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


if __name__ == "__main__":
    main(*sys.argv[1:])
