"""Why a plugin cannot be imported: what its process has written of it, or what is to be seen of its end."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.errors import PluginImportError
from biot_plugin_cli.plugin.file_watcher import is_own
from biot_plugin_cli.plugin.source_location import Place

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli.hooks.probe_process import Ended
    from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["Failure", "NoHandler", "PluginNotImported", "failure_at_end"]

_LAST_LINES = 12
_FRAME = re.compile(r'^[ |]*File "(?P<file>/.+)", line (?P<line>\d+)', re.MULTILINE)


class PluginNotImported(PluginImportError):
    """The plugin cannot be imported.

    Attributes:
        said: What is wrong, in one line and without advice.
        type: The error's name, as Lambda has it.
        place: The plugin's own line that is nearest to the error.
    """

    def __init__(self, message: str, said: str = "", type: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.said = said or message
        self.type = type
        self.place = place or Place()


class NoHandler(PluginNotImported):
    """There is no entry point where the manifest says that it is."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An import that failed.

    Attributes:
        type: The error's name, as Lambda has it.
        message: What is wrong, in Lambda's words.
        said: What is wrong, in Python's words; empty where they are the same.
        lines: The traceback, or what the plugin printed.
        place: Where its process stood, where the lines do not tell.
        no_handler: Whether there is no entry point where the manifest says that it is.
    """

    type: str
    message: str
    said: str = ""
    lines: Sequence[str] = ()
    place: Place | None = None
    no_handler: bool = False

    def error(self, manifest: Manifest, function: Function) -> PluginNotImported:
        """Make the command's error of it, in which no secret is shown.

        Args:
            manifest: The plugin.
            function: What was imported.
        """
        from biot_emulator import InvocationError
        from biot_plugin_cli.invoke.failure import failure_of
        from biot_plugin_cli.terminal.redaction import Secrets

        secrets = Secrets((), function.environment.get("BIOT_SERVICE_USER_SECRET_KEY", ""))
        failed = InvocationError(self.type, self.message, "init")
        sentence = failure_of(failed, manifest, secrets, shown_by="the text below")
        message = "\n".join([str(sentence), *map(secrets.hide_all, self.lines[-_LAST_LINES:])])
        said = " ".join(secrets.hide_all(self.said or self.message).split())
        kind = NoHandler if self.no_handler else PluginNotImported
        place = self.place or next(reversed(_own_places("\n".join(self.lines), function.root)), None)
        return kind(message, said, self.type, place)


def failure_at_end(ended: Ended, stack: str, probe: str, root: Path, seconds: float) -> Failure:
    """Tell why the import of a plugin has ended without a word.

    Args:
        ended: How its process ended.
        stack: Where its threads were when the time was over; empty where it ended earlier, or had to be ended.
        probe: The name of the file that imports it.
        root: The plugin's folder.
        seconds: The time that it had.
    """
    if ended.exit_code is None or stack:
        # Threads are told apart by empty lines, and each begins with its innermost line.
        importing = next((thread for thread in stack.split("\n\n") if probe in thread), "")
        place = next(iter(_own_places(importing, root)), None)
        at = f", and still at line {place.line} of {os.path.relpath(str(place.file), root)}" if place else ""
        return Failure("Sandbox.Timedout", f"after {seconds:g} s it was not done{at}", place=place)
    how = f"exit status {ended.exit_code}" if ended.exit_code >= 0 else f"signal {-ended.exit_code}"
    return Failure("Runtime.ExitError", f"its process ended with {how}", lines=ended.last_lines)


def _own_places(stack: str, root: Path) -> list[Place]:
    """Give the plugin's own lines among those that Python shows of a stack."""
    frames = [(frame["file"], int(frame["line"])) for frame in _FRAME.finditer(stack)]
    return [Place(file, line) for file, line in frames if is_own(Path(os.path.relpath(file, root)))]
