"""Why an event got no reply, in one sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biot_plugin_cli.errors import CliError, OperationFailed, PluginImportError

if TYPE_CHECKING:
    from biot_emulator import InvocationError
    from biot_plugin_cli.plugin.manifest import Manifest
    from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["IMPORT_ADVICE", "failure_of"]

IMPORT_ADVICE = {
    "AmbiguousPlugin": "write handler = plugin.handler",
    "ForeignHandler": "write handler = plugin.handler",
    "Runtime.ExitError": "a plugin must return or raise, and never end its process",
    "Sandbox.Timedout": "do less at import, and the rest on the first event",
}
"""What to do about what goes wrong at import without a line of its own."""

_TABLE = "[tool.biot-plugin] of pyproject.toml"
_LIMITS = ("Sandbox.Timedout", "Runtime.OutOfMemory")
_ADVICE = {
    **IMPORT_ADVICE,
    "Function.MalformedReply": "return statusCode with a text as body, or an object without statusCode",
    "Function.ResponseSizeTooLarge": "Lambda carries at most 6 MB: return less",
    "RequestEntityTooLarge": "Lambda carries at most 6 MB: make the event smaller",
    "Runtime.HandlerNotFound": f"write the name of the plugin's entry point as handler in {_TABLE}",
    "Runtime.ImportModuleError": "install what is missing with make setup, or mend the import",
    "Runtime.MalformedHandlerName": f"write handler in {_TABLE} as module.name",
    "Runtime.MarshalError": "return only what JSON has: objects, lists, texts, numbers, true, false and null",
    "Runtime.UserCodeSyntaxError": "mend the line that {} shows",
}
_TRACEBACK = "{} shows the traceback"


def failure_of(error: InvocationError, manifest: Manifest, secrets: Secrets, shown_by: str = "the log") -> CliError:
    """Make the command's error of an invocation's error.

    Args:
        error: Why there is no reply.
        manifest: The plugin, whose limits the sentence names.
        secrets: What must not be shown, also where an exception has it in its text.
        shown_by: Where people find the traceback.
    """
    what = " ".join(secrets.hide_all(error.message).split())
    if error.type in _LIMITS:
        kind = PluginImportError if error.phase == "init" else OperationFailed
        return kind(_limit_sentence(error, manifest, what))
    advice = _ADVICE.get(error.type, "").format(shown_by)
    traceback = _TRACEBACK.format(shown_by)
    if error.phase == "init":
        named = what if advice else f"{error.type}: {what}"
        return PluginImportError(f"The plugin cannot be imported: {named}; {advice or traceback}")
    if advice:
        return OperationFailed(f"The plugin gave no reply: {what}; {advice}")
    raised = f"{error.type}: {what}" if what else error.type
    return OperationFailed(f"The handler raised {raised}; {traceback}")


def _limit_sentence(error: InvocationError, manifest: Manifest, what: str) -> str:
    if error.type == "Runtime.OutOfMemory":
        limit = f"more memory than its {manifest.memory_size} MB"
        return f"The plugin used {limit}: use less, or raise memory-size in {_TABLE}"
    if error.phase == "init":
        return f"The plugin took too long to load: {what}; {IMPORT_ADVICE[error.type]}"
    limit = f"longer than its timeout of {manifest.timeout} s"
    return f"The plugin took {limit}: make it faster, or raise timeout in {_TABLE}"
