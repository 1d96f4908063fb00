"""Writes what a plugin's decorators say: `python _hooks_probe.py HANDLER DESCRIPTOR`, in the plugin's interpreter.

It runs under every Python that plugins run under, and imports nothing but the plugin and the standard library. With
`--lenient` at the end, hooks that cannot be are written down and passed by, instead of ending the import.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import traceback
from typing import Any

_INTERCEPTIONS = ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY")


def main(handler: str, descriptor: str, *options: str) -> None:
    """Import the plugin, and write one JSON document to a pipe that the plugin's own output cannot get into."""
    # Python put this file's own folder first, where Lambda has the plugin's.
    sys.path[0] = os.getcwd()  # noqa: PTH109
    mistakes: list[dict[str, Any]] = []
    plugins: list[Any] = []
    try:
        if options:
            _pass_mistakes_by(mistakes, plugins)
        found = _found(handler)
    except BaseException as error:
        found = {"error": _described(error, handler)}
    with os.fdopen(int(descriptor), "w", encoding="utf-8") as pipe:
        json.dump({**found, "mistakes": mistakes, "plugins": len(plugins)}, pipe)
    # Threads that the plugin has started are nobody's business any more.
    sys.stdout.flush()
    os._exit(0)


def _pass_mistakes_by(mistakes: list[dict[str, Any]], plugins: list[Any]) -> None:
    try:
        framework = importlib.import_module("biot_plugin")
        make, register = framework.Plugin.__init__, framework.Plugin._register
    except (ImportError, AttributeError):
        return

    def count(plugin: Any) -> None:
        plugins.append(plugin)
        make(plugin)

    def lenient(plugin: Any, function: Any, event_class: Any, *rest: Any) -> None:
        try:
            register(plugin, function, event_class, *rest)
        except framework.RegistrationError as error:
            impossible = isinstance(error.__context__, ValueError)
            kind = event_class.kind.name
            mistakes.append({"message": str(error), "kind": kind, "impossible": impossible, **_place(function)})

    framework.Plugin.__init__, framework.Plugin._register = count, lenient


def _found(handler: str) -> dict[str, Any]:
    module_name, _, name = handler.rpartition(".")
    module = importlib.import_module(module_name.replace("/", "."))
    if not hasattr(module, name):
        raise _NoHandler(f"module '{module_name}' has no attribute '{name}'")
    plugin = _plugin(module, getattr(module, name))
    found = {"framework": plugin is not None, "module": getattr(module, "__file__", None)}
    if plugin is None:
        return {**found, "subscriptions": {"interceptions": [], "notifications": []}, "cronSchedule": None}
    return {
        **found,
        "subscriptions": plugin.subscriptions(),
        "cronSchedule": plugin.cron_schedule,
        "places": _places(plugin),
    }


class _NoHandler(AttributeError):
    """The module has no such entry point."""


def _places(plugin: Any) -> dict[str, list[dict[str, Any]]]:
    """Where the function of each subscription is, in the subscriptions' own order."""
    places: dict[str, list[dict[str, Any]]] = {"interceptions": [], "notifications": [], "schedule": [], "calls": []}
    lists = {**dict.fromkeys(_INTERCEPTIONS, "interceptions"), "NOTIFICATION": "notifications", "SCHEDULED": "schedule"}
    for hook, function in plugin._registry:
        file, _, line = function.place.rpartition(":")
        place = {"file": file, "line": int(line)} if file else {"file": None, "line": None}
        places[lists.get(hook.kind.name, "calls")].append(place)
    return places


def _place(function: Any) -> dict[str, Any]:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return {"file": code and code.co_filename, "line": code and code.co_firstlineno}


def _plugin(module: Any, handler: Any) -> Any:
    """The Plugin that an entry point belongs to; None where it belongs to none."""
    framework = sys.modules.get("biot_plugin")
    if framework is None:
        return None
    owner = getattr(handler, "__self__", handler)
    if isinstance(owner, framework.Plugin):
        return owner
    # The entry point is a function around it.
    plugins = {id(one): one for one in vars(module).values() if isinstance(one, framework.Plugin)}
    return next(iter(plugins.values())) if len(plugins) == 1 else None


def _described(error: BaseException, handler: str) -> dict[str, Any]:
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    own = os.path.dirname(__file__)  # noqa: PTH120
    frames = [line for line in lines if own not in line and "importlib" not in line]
    file, line = _last_place(error)
    no_module = isinstance(error, ModuleNotFoundError) and error.name == handler.rpartition(".")[0].replace("/", ".")
    return {
        "type": "AttributeError" if isinstance(error, _NoHandler) else type(error).__name__,
        "message": str(error),
        "traceback": "".join(frames).splitlines(),
        "file": file,
        "line": line,
        "noHandler": no_module or isinstance(error, _NoHandler),
    }


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
    return not installed and not file.startswith("<") and os.path.abspath(file).startswith(os.getcwd() + os.sep)  # noqa: PTH100, PTH109


if __name__ == "__main__":
    main(*sys.argv[1:])
