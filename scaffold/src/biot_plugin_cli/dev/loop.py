"""The loop of `biot-plugin dev`: bring the plugin, wait for a change, and bring it again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.dev.report import DevReport
from biot_plugin_cli.dev.sample_calls import sample_calls
from biot_plugin_cli.dev.session import DevSession
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.plugin.file_watcher import watch
from biot_plugin_cli.terminal.console import err, out, print_json

__all__ = ["develop"]


def develop(root: Path, variables: Mapping[str, str], port: int, *, as_json: bool) -> None:
    """Serve the platform with a plugin on it until interrupted.

    Args:
        root: The plugin's folder.
        variables: Environment variables that win over the plugin's own.
        port: The platform's port; 0 takes a free one.
        as_json: Whether one JSON document is all that goes to standard output.

    Raises:
        OperationFailed: The platform cannot be served, or the folder cannot be watched.
    """
    report = DevReport(err if as_json else out)
    with (
        _until_interrupted() as stop,
        closing(watch(root, stop)) as bursts,
        DevSession(root, variables, port) as session,
    ):
        session.platform.invocations.listeners.append(lambda record: report.invoked(session.original(record)))
        report.started(session)
        plugin = _bring(session, report, ())
        if as_json:
            print_json(_document(session, plugin))
        for changed in bursts:
            plugin = _bring(session, report, changed) or plugin


def _bring(session: DevSession, report: DevReport, changed: Iterable[Path]) -> dict[str, Any] | None:
    try:
        plugin = session.bring()
    except CliError as error:
        report.refused(error, session.version)
        return None
    report.brought(session, plugin, changed)
    return plugin


def _document(session: DevSession, plugin: dict[str, Any] | None) -> dict[str, Any]:
    calls = sample_calls(session.url, plugin, session.samples) if plugin else ()
    return {
        "url": session.url,
        "username": session.username,
        "password": session.password,
        "plugin": plugin,
        "calls": [{"hook": call.hook, "command": call.command} for call in calls],
    }


@contextmanager
def _until_interrupted() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
