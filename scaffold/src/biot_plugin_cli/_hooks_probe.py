"""Imports a plugin and writes down what its decorators say, in the plugin's interpreter.

It is run as `python _hooks_probe.py HANDLER REPORT STACK SECONDS [--lenient]` by every Python that plugins run under,
and imports nothing but the plugin and the standard library. What the plugin prints goes where it goes; the report is a
file, which appears when it is complete.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["main"]

_ROOT = os.environ.get("LAMBDA_TASK_ROOT", "")
_INTERCEPTIONS = ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY")
_NO_HANDLER = ("Runtime.MalformedHandlerName", "Runtime.HandlerNotFound")


class _Refused(Exception):
    """What Lambda, or we, say of a plugin that was imported."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main(handler: str, report: str, stack: str, seconds: str, *options: str) -> None:
    """Write the report and end the process.

    Args:
        handler: Module and attribute of the plugin's entry point.
        report: The file to write.
        stack: The file that tells where the threads stand after some seconds.
        seconds: How many.
        options: Any, where mistakes are to be written down and passed by, instead of ending the import.
    """
    # Python put this file's own folder first, where Lambda has the plugin's.
    sys.path[0] = _ROOT
    sys.argv = ["bootstrap", handler]
    with Path(stack).open("w") as where:
        faulthandler.dump_traceback_later(float(seconds), file=where)
        found = _inspect(handler, lenient=bool(options))
        faulthandler.cancel_dump_traceback_later()
    draft = Path(report + ".draft")
    draft.write_text(json.dumps(found), encoding="utf-8")
    draft.replace(report)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Threads that the plugin started must not keep the process.
    os._exit(0)


def _inspect(handler: str, *, lenient: bool) -> dict[str, Any]:
    mistakes: list[dict[str, Any]] = []
    try:
        if lenient:
            _pass_mistakes_by(mistakes)
        module, entry_point = _import(handler)
        hooks = _hooks_of(entry_point, lenient=lenient)
    except _Refused as error:
        no_handler = error.kind in _NO_HANDLER
        return {"failure": {"type": error.kind, "message": str(error), "no_handler": no_handler}}
    except BaseException as error:
        return {"failure": _described(error, handler.rpartition(".")[0])}
    return {**hooks, "module": getattr(module, "__file__", None), "mistakes": mistakes}


def _pass_mistakes_by(mistakes: list[dict[str, Any]]) -> None:
    try:
        framework = importlib.import_module("biot_plugin")
        register = framework.Plugin._register
    except (ImportError, AttributeError):
        return

    def lenient(plugin: Any, function: Any, event_class: Any, *rest: Any) -> None:
        try:
            register(plugin, function, event_class, *rest)
        except framework.RegistrationError as error:
            impossible = isinstance(error.__context__, ValueError)
            code = getattr(inspect.unwrap(function), "__code__", None)
            place = {"file": code and code.co_filename, "line": code and code.co_firstlineno}
            kind = event_class.kind.name
            mistakes.append({"kind": kind, "message": str(error), "impossible": impossible, "place": place})

    framework.Plugin._register = lenient


def _import(handler: str) -> tuple[ModuleType, Any]:
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
    return module, entry_point


def _hooks_of(entry_point: Any, *, lenient: bool) -> dict[str, Any]:
    plugin_class = getattr(sys.modules.get("biot_plugin"), "Plugin", None)
    plugin = plugin_class and _plugin_behind(entry_point, plugin_class)
    plugins = plugin_class and sum(issubclass(type(value), plugin_class) for value in gc.get_objects())
    if plugins and plugin is None and not lenient:
        raise _Refused("ForeignHandler", "There is a plugin, and its handler does not lead to it")
    return {
        "has_framework": plugin is not None,
        "subscriptions": plugin.subscriptions() if plugin else {"interceptions": [], "notifications": []},
        "cron_schedule": plugin.cron_schedule if plugin else None,
        "places": _places(plugin) if plugin else {},
        "plugins": plugins or 0,
    }


def _places(plugin: Any) -> dict[str, list[dict[str, Any]]]:
    """Where the function of each subscription is, in the subscriptions' own order."""
    places: dict[str, list[dict[str, Any]]] = {"interceptions": [], "notifications": [], "schedule": [], "calls": []}
    lists = {**dict.fromkeys(_INTERCEPTIONS, "interceptions"), "NOTIFICATION": "notifications", "SCHEDULED": "schedule"}
    for hook, function in plugin._registry:
        file, _, line = function.place.rpartition(":")
        place = {"file": file, "line": int(line)} if file else {"file": None, "line": None}
        places[lists.get(hook.kind.name, "calls")].append(place)
    return places


def _plugin_behind(entry_point: Any, plugin_class: type) -> Any:
    """Find the plugin that an entry point leads to by the shortest way; None where it leads to none."""
    seen: dict[int, Any] = {}
    level = {id(entry_point): entry_point}
    while level:
        plugins = [value for value in level.values() if issubclass(type(value), plugin_class)]
        if len(plugins) > 1:
            raise _Refused("AmbiguousPlugin", "There are several plugins, and its handler tells none of them")
        if plugins:
            return plugins[0]
        seen.update(level)
        used = [value for user in level.values() for value in _used_by(user)]
        level = {id(value): value for value in used if id(value) not in seen}
    return None


def _used_by(user: Any) -> list[Any]:
    """Give what a value is bound to, wraps or holds; of the plugin's own functions, also what they name."""
    if issubclass(type(user), ModuleType):
        return []
    held = gc.get_referents(user)
    if type(user) is not FunctionType:
        return held
    everything = {id(user.__globals__), id(user.__builtins__)}  # type: ignore[attr-defined, unused-ignore]
    named = _named_in(user) if _is_own(user.__code__.co_filename) else []
    return [value for value in held if id(value) not in everything] + named


def _named_in(function: FunctionType) -> list[Any]:
    names = {*_names_in(function.__code__)}
    scopes: list[dict[str, Any]] = [function.__globals__, sys.modules]
    known, named = {id(scope) for scope in scopes}, []
    while scopes:
        scope = scopes.pop()
        for value in [scope[name] for name in names if name in scope]:
            named.append(value)
            if issubclass(type(value), ModuleType) and id(vars(value)) not in known:
                known.add(id(vars(value)))
                scopes.append(vars(value))
    return named


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _described(error: BaseException, module: str) -> dict[str, Any]:
    kind, message = _in_lambdas_words(error, module)
    file, line = _last_place(error)
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return {
        "type": kind,
        "message": message,
        "said": f"{type(error).__name__}: {error}",
        "lines": _plugin_traceback(error),
        "file": file,
        "line": line,
        "no_handler": missing is not None and f"{module.replace('/', '.')}.".startswith(f"{missing}."),
    }


def _in_lambdas_words(error: BaseException, module: str) -> tuple[str, str]:
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


def _last_place(error: BaseException) -> tuple[Any, Any]:
    """The plugin's own line that is nearest to the error."""
    frames = traceback.extract_tb(error.__traceback__)
    places: list[tuple[Any, Any]] = [(frame.filename, frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError):
        places.append((error.filename, error.lineno))
    own = [place for place in places if place[0] and _is_own(place[0])]
    return own[-1] if own else (None, None)


def _is_own(file: str) -> bool:
    installed = f"{os.sep}site-packages{os.sep}" in file
    return not installed and not file.startswith("<") and os.path.abspath(file).startswith(_ROOT + os.sep)  # noqa: PTH100


if __name__ == "__main__":
    main(*sys.argv[1:])
