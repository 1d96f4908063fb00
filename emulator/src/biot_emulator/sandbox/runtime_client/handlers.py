"""Loads the function that handles a plugin's events."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from biot_emulator.sandbox.runtime_client.faults import Fault

__all__ = ["Handler", "load_handler"]

Handler = Callable[[Any, Any], Any]


def load_handler(name: str) -> Handler:
    """Import the handler's module and return the function.

    Args:
        name: Module and attribute, such as `index.handler` or `src/main.handler`.

    Raises:
        Fault: The name is malformed, or the module or attribute cannot be loaded.
    """
    try:
        module_name, attribute = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}") from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    module = _import(module_name)
    if not hasattr(module, attribute):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{attribute}' missing on module '{module_name}'")
    handler: Handler = getattr(module, attribute)
    return handler


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{name}': {error}") from error
    except SyntaxError as error:
        frame = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{name}': {error}", [frame]) from error
