"""Writes what a plugin's decorators say: `python _hooks_probe.py HANDLER DESCRIPTOR`, in the plugin's interpreter.

It runs under every Python that plugins run under, and imports nothing but the plugin and the standard library.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import Any


def main(handler: str, descriptor: str) -> None:
    """Import the plugin, and write one JSON document to a pipe that the plugin's own output cannot get into."""
    # Python put this file's own folder first, where Lambda has the plugin's.
    sys.path[0] = os.getcwd()  # noqa: PTH109
    try:
        found = _found(handler)
    except BaseException as error:
        found = {"error": _described(error)}
    with os.fdopen(int(descriptor), "w", encoding="utf-8") as pipe:
        json.dump(found, pipe)
    # Threads that the plugin has started are nobody's business any more.
    sys.stdout.flush()
    os._exit(0)


def _found(handler: str) -> dict[str, Any]:
    module_name, _, name = handler.rpartition(".")
    module = importlib.import_module(module_name.replace("/", "."))
    if not hasattr(module, name):
        raise AttributeError(f"module '{module_name}' has no attribute '{name}'")
    plugin = _plugin(module, getattr(module, name))
    if plugin is None:
        return {"subscriptions": {"interceptions": [], "notifications": []}, "cronSchedule": None, "framework": False}
    return {"subscriptions": plugin.subscriptions(), "cronSchedule": plugin.cron_schedule, "framework": True}


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


def _described(error: BaseException) -> dict[str, Any]:
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    own = os.path.dirname(__file__)  # noqa: PTH120
    frames = [line for line in lines if own not in line and "importlib" not in line]
    return {"type": type(error).__name__, "message": str(error), "traceback": "".join(frames).splitlines()}


if __name__ == "__main__":
    main(*sys.argv[1:])
