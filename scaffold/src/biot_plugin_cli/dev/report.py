"""Prints the messages of `biot-plugin dev` while it runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from biot_plugin_cli.dev.sample_calls import sample_calls
from biot_plugin_cli.terminal.plain_text import one_sentence, visible_lines

if TYPE_CHECKING:
    from biot_emulator.debugging.port import DebugPort
    from biot_plugin_cli.dev.local_platform import LocalPlatform
    from biot_plugin_cli.dev.plugin_calls import PluginCall
    from biot_plugin_cli.errors import CliError

__all__ = ["DevReport"]

_ERROR = 400
_MAX_RENDERED_LENGTH = 60
# Stands for a password that the user has chosen, and that is not shown.
_OWN = "OWN-PASSWORD"
_EXTRACT_JWT = 's/.*"accessJwt":{"token":"\\([^"]*\\)".*/\\1/'


class DevReport:
    """Prints to a console, from any thread.

    Args:
        console: The console.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._hooks: set[str] | None = None

    def print_line(self, text: str) -> None:
        """Print a line."""
        self._line(text)

    def print_started(self, platform: LocalPlatform) -> None:
        """Print the platform's URL, and how to log in."""
        self._line("The platform is at ", (platform.url, "bold cyan"))
        self._line("See what happens there, by a link that logs in once:")
        self._line("  ", (platform.page, "cyan"))
        admin = platform.administrator
        body = json.dumps({"username": admin.username, "password": admin.password if admin.is_generated else _OWN})
        log_in = shlex.quote(body).replace(_OWN, "'\"$PASSWORD\"'")
        curl = f"curl -s {platform.url}/ums/v2/users/login -H 'content-type: application/json' -d {log_in}"
        self._line("Log in:" if admin.is_generated else "Log in, with PASSWORD set to the administrator's:")
        self._line(f"  TOKEN=$({curl} | sed {shlex.quote(_EXTRACT_JWT)})")

    def print_debugger(self, port: DebugPort | None) -> None:
        """Print where debuggers attach."""
        if port:
            self._line("A debugger can attach on ", (port.address, "bold cyan"))

    def print_loaded(self, platform: LocalPlatform, plugin: dict[str, Any], changed: Iterable[Path]) -> None:
        """Print which version runs now, and an example call for each hook that was not there before."""
        files = ", ".join(str(path) for path in changed)
        self._line((f"Version {plugin['version']} runs", "bold green"), f": {files}" if files else "")
        calls = list(sample_calls(platform.url, plugin, platform.samples, has_endpoint=platform.has_endpoint))
        before, self._hooks = self._hooks, {call.hook for call in calls}
        new = [call for call in calls if call.hook not in (before or ())]
        if new:
            self._line("Try:")
        for call in new:
            self._line((f"  # {call.hook}", "magenta"))
            self._line(f"  {call.command or 'no call on this platform triggers it'}")
        if before is None:
            self._line("Change a file to reload the plugin. Press Ctrl-C to stop.")

    def print_rejected(self, error: CliError, version: int | None) -> None:
        """Print why the new version of the plugin does not run, and which one does."""
        for line in visible_lines(str(error)):
            self._line((line, "red"))
        state = f"Version {version} keeps running" if version else "Nothing runs"
        self._line((f"{state} until this is fixed.", "yellow"))

    def print_invocation(self, record: dict[str, Any]) -> None:
        """Print an event: its hook, its outcome, what the plugin changed and what it logged."""
        error = record["error"]
        cold = f", cold start {record['initMs']:.0f} ms" if record["initMs"] is not None else ""
        status = (str(record["statusCode"]), "red" if error else "green")
        self._line(
            (f"{record['kind']} ", "magenta"), f"{record['hook']} ", status, f" {record['durationMs']:.1f} ms{cold}"
        )
        if error:
            self._line("  ", (one_sentence(f"{error['type']}: {error['message']}"), "red"))
        for change in record["difference"] or ():
            before, after = (_render(change[side]) if side in change else "none" for side in ("before", "after"))
            self._line((f"  {change['path']}: {before} → {after}", "cyan"))
        for line in record["logs"]:
            self._line((f"  {line}", "dim"))

    def print_call(self, call: PluginCall) -> None:
        """Print a call that the plugin made, without anything that was sent or answered."""
        status = (str(call.status_code), "red" if call.status_code >= _ERROR else "green")
        self._line(("event.biot ", "magenta"), f"{call.method} {call.path} ", status, f" {call.duration_ms:.1f} ms")

    def _line(self, *parts: str | tuple[str, str]) -> None:
        self._console.print(Text.assemble(*parts))


def _render(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_RENDERED_LENGTH else f"{text[: _MAX_RENDERED_LENGTH - 1]}…"
