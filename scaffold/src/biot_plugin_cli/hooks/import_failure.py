"""Why a plugin cannot be imported: from the probe's report, or from how its process ended."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.errors import PluginImportError
from biot_plugin_cli.plugin.ignored_files import is_plugin_file
from biot_plugin_cli.plugin.source_location import SourceLocation

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli.hooks.probe_process import Completed
    from biot_plugin_cli.manifest.settings import Manifest

__all__ = ["ImportFailure", "NoHandler", "PluginNotImported", "failure_of_exit"]

_LAST_LINES = 12
_FRAME = re.compile(r'^[ |]*File "(?P<file>/.+)", line (?P<line>\d+)', re.MULTILINE)


class PluginNotImported(PluginImportError):
    """The plugin cannot be imported.

    Attributes:
        reason: What is wrong, in one line and without advice.
        type: The error type in Lambda's terms.
        location: The plugin's own line that is nearest to the error.
    """

    def __init__(self, message: str, reason: str = "", type: str = "", location: SourceLocation | None = None) -> None:
        super().__init__(message)
        self.reason = reason or message
        self.type = type
        self.location = location or SourceLocation()


class NoHandler(PluginNotImported):
    """There is no entry point where the manifest says that it is."""


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """A failed import.

    Attributes:
        type: The error type in Lambda's terms.
        message: The error message in Lambda's terms.
        reason: The error message in Python's terms; empty if it is the same.
        lines: The traceback, or the plugin's output.
        location: Where the process was, if the lines do not contain it.
        no_handler: Whether there is no entry point where the manifest says that it is.
    """

    type: str
    message: str
    reason: str = ""
    lines: Sequence[str] = ()
    location: SourceLocation | None = None
    no_handler: bool = False

    def to_error(self, manifest: Manifest, function: Function) -> PluginNotImported:
        """Convert the failure to an error of the command; secrets are redacted.

        Args:
            manifest: The plugin's manifest.
            function: The function that was imported.
        """
        from biot_emulator import InvocationError
        from biot_plugin_cli.plugin.invocation_errors import invocation_failure
        from biot_plugin_cli.terminal.redaction import Secrets

        secrets = Secrets((), "", function.environment)
        error = InvocationError(self.type, self.message, "init")
        summary = invocation_failure(error, manifest, secrets, shown_by="the text below")
        message = "\n".join([str(summary), *secrets.hide_lines(self.lines)[-_LAST_LINES:]])
        reason = " ".join(secrets.hide_all(self.reason or self.message).split())
        error_class = NoHandler if self.no_handler else PluginNotImported
        location = self.location or next(reversed(_plugin_frames("\n".join(self.lines), function.root)), None)
        return error_class(message, reason, self.type, location)


def failure_of_exit(completed: Completed, stack: str, probe: str, root: Path, seconds: float) -> ImportFailure:
    """Explain why the probe's process ended without a report.

    Args:
        completed: How the process ended.
        stack: The stacks of its threads at the time limit; empty if it ended earlier, or was killed.
        probe: The name of the probe's file.
        root: The plugin's folder.
        seconds: The time limit.
    """
    if completed.exit_code is None or stack:
        # Threads are separated by empty lines, and each starts with its innermost frame.
        importing = next((thread for thread in stack.split("\n\n") if probe in thread), "")
        location = next(iter(_plugin_frames(importing, root)), None)
        at = f", and still at line {location.line} of {os.path.relpath(str(location.file), root)}" if location else ""
        message = f"the import did not finish within {seconds:g} s{at}"
        return ImportFailure("Sandbox.Timedout", message, location=location)
    how = f"exit status {completed.exit_code}" if completed.exit_code >= 0 else f"signal {-completed.exit_code}"
    return ImportFailure("Runtime.ExitError", f"its process ended with {how}", lines=completed.last_lines)


def _plugin_frames(stack: str, root: Path) -> list[SourceLocation]:
    """Find the frames of the plugin's own files in a printed stack."""
    frames = [(frame["file"], int(frame["line"])) for frame in _FRAME.finditer(stack)]
    return [SourceLocation(file, line) for file, line in frames if is_plugin_file(Path(os.path.relpath(file, root)))]
