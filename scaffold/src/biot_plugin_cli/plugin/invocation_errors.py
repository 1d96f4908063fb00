"""The error message of a failed invocation: what went wrong in the plugin, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from biot_plugin_cli.errors import CliError, OperationFailed, PluginImportError

if TYPE_CHECKING:
    from biot_emulator import InvocationError
    from biot_plugin_cli.manifest.settings import Manifest
    from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["IMPORT_ADVICE", "find_terminal_use", "invocation_failure"]

IMPORT_ADVICE = {
    "AmbiguousPlugin": "write handler = plugin.handler",
    "ForeignHandler": "write handler = plugin.handler",
    "Runtime.ExitError": "a plugin must return or raise, and never end its process",
    "Sandbox.Timedout": "do less at import, and the rest on the first event",
}
"""How to fix import errors that have no line of their own, by error type."""

_TABLE = "[tool.biot-plugin] of pyproject.toml"
_LIMIT_ERRORS = ("Sandbox.Timedout", "Runtime.OutOfMemory")
_ADVICE = {
    **IMPORT_ADVICE,
    "Function.MalformedReply": "return statusCode with a string as body, or an object without statusCode",
    "Function.ResponseSizeTooLarge": "Lambda's limit is 6 MB: return less",
    "RequestEntityTooLarge": "Lambda's limit is 6 MB: make the event smaller",
    "Runtime.HandlerNotFound": f"set handler in {_TABLE} to the plugin's entry point",
    "Runtime.ImportModuleError": "install what is missing with make setup, or fix the import",
    "Runtime.MalformedHandlerName": f"write handler in {_TABLE} as module.name",
    "Runtime.MarshalError": "return only JSON values: objects, lists, strings, numbers, true, false and null",
    "Runtime.UserCodeSyntaxError": "fix the line that {} shows",
}
_TRACEBACK = "{} shows the traceback"
_TERMINAL_USES = {
    "BdbQuit": "pdb needs a terminal, which a plugin has neither here nor on Lambda: "
    "write breakpoint(), which asks in biot-plugin invoke at a terminal, or pass --debug",
    "EOF when reading a line": "input() needs somebody who types, whom a plugin has neither here nor on Lambda: "
    "read the event instead",
}
"""What an attempt to use a terminal fails with, and what to do instead."""


def find_terminal_use(lines: Iterable[str]) -> str | None:
    """Return what to do about an attempt to use a terminal, if lines of a log or an error show one."""
    text = "\n".join(lines)
    return next((advice for clue, advice in _TERMINAL_USES.items() if clue in text), None)


def invocation_failure(
    error: InvocationError, manifest: Manifest, secrets: Secrets, shown_by: str = "the log"
) -> CliError:
    """Convert the error of an invocation to an error of the command.

    Args:
        error: The invocation's error.
        manifest: The plugin's manifest, whose limits the message names.
        secrets: Redacts secrets, which an exception's message may contain.
        shown_by: Where users find the traceback.
    """
    message = " ".join(secrets.hide_all(error.message).split())
    error_type = secrets.hide_all(error.type)
    if error.type in _LIMIT_ERRORS:
        error_class = PluginImportError if error.phase == "init" else OperationFailed
        return error_class(_limit_message(error, manifest, message))
    advice = _ADVICE.get(error.type, "").format(shown_by)
    traceback = find_terminal_use([error.type, message]) or _TRACEBACK.format(shown_by)
    if error.phase == "init":
        described = message if advice else _named(error_type, message)
        return PluginImportError(f"The plugin cannot be imported: {described}; {advice or traceback}")
    if advice:
        return OperationFailed(f"The plugin gave no reply: {message}; {advice}")
    return OperationFailed(f"The handler raised {_named(error_type, message)}; {traceback}")


def _named(error_type: str, message: str) -> str:
    return f"{error_type}: {message}" if message else error_type


def _limit_message(error: InvocationError, manifest: Manifest, message: str) -> str:
    if error.type == "Runtime.OutOfMemory":
        limit = f"more memory than its {manifest.memory_size} MB"
        return f"The plugin used {limit}: use less, or raise memory-size in {_TABLE}"
    if error.phase == "init":
        return f"The plugin took too long to load: {message}; {IMPORT_ADVICE[error.type]}"
    limit = f"longer than its timeout of {manifest.timeout} s"
    return f"The plugin took {limit}: make it faster, or raise timeout in {_TABLE}"
