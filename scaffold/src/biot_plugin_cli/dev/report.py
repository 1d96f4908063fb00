"""What `biot-plugin dev` shows while it runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from biot_plugin_cli.dev.sample_calls import sample_calls

if TYPE_CHECKING:
    from biot_plugin_cli.dev.session import DevSession
    from biot_plugin_cli.errors import CliError

__all__ = ["DevReport"]

_LONGEST = 60
_LOG_IN = 's/.*"accessJwt":{"token":"\\([^"]*\\)".*/\\1/'


class DevReport:
    """Prints to a console, from any thread.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, session: DevSession) -> None:
        """Say where the platform is, and how to log in to it."""
        self._line("The platform is at ", (session.url, "bold cyan"))
        log_in = shlex.quote(json.dumps({"username": session.username, "password": session.password}))
        curl = f"curl -s {session.url}/ums/v2/users/login -H 'content-type: application/json' -d {log_in}"
        self._line("Log in:")
        self._line(f"  TOKEN=$({curl} | sed {shlex.quote(_LOG_IN)})")

    def brought(self, session: DevSession, plugin: dict[str, Any], changed: Iterable[Path]) -> None:
        """Say which version runs now; and at first, what to try."""
        files = ", ".join(str(path) for path in changed)
        self._line((f"Version {plugin['version']} runs", "bold green"), f": {files}" if files else "")
        if files:
            return
        self._line("Try:")
        for call in sample_calls(session.url, plugin, session.samples):
            self._line((f"  # {call.hook}", "magenta"))
            self._line(f"  {call.command or 'nothing on this platform sets it off'}")
        self._line("Change a file and the plugin is loaded again. Interrupt to end.")

    def refused(self, error: CliError, version: int | None) -> None:
        """Say why the plugin as it is now does not run, and what runs instead."""
        self._line((str(error), "red"))
        stays = f"Version {version} stays" if version else "Nothing runs"
        self._line((f"{stays} until this is mended.", "yellow"))

    def invoked(self, record: dict[str, Any]) -> None:
        """Tell of one event: what for, what came of it, and what the plugin changed and wrote."""
        error = record["error"]
        cold = f", cold start {record['initMs']:.0f} ms" if record["initMs"] is not None else ""
        status = (str(record["statusCode"]), "red" if error else "green")
        self._line(
            (f"{record['kind']} ", "magenta"), f"{record['hook']} ", status, f" {record['durationMs']:.1f} ms{cold}"
        )
        if error:
            self._line((f"  {error['type']}: {error['message']}", "red"))
        for change in record["difference"] or ():
            before, after = (_short(change[side]) if side in change else "nothing" for side in ("before", "after"))
            self._line((f"  {change['path']}: {before} → {after}", "cyan"))
        for line in record["logs"]:
            self._line((f"  {line}", "dim"))

    def _line(self, *parts: str | tuple[str, str]) -> None:
        self._console.print(Text.assemble(*parts))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
