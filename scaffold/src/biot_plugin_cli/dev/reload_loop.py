"""The loop of `biot-plugin dev`: load the plugin, wait for a change, and load it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from biot_plugin_cli.dev.file_watcher import watch
from biot_plugin_cli.dev.interruption import until_interrupted
from biot_plugin_cli.dev.local_platform import LocalPlatform
from biot_plugin_cli.dev.report import DevReport
from biot_plugin_cli.dev.sample_calls import sample_calls
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.plugin.debugging import DebugOptions, debugging
from biot_plugin_cli.terminal.console import err, out, print_json

__all__ = ["develop"]


def develop(
    root: Path, variables: Mapping[str, str], port: int, *, as_json: bool, debugger: DebugOptions | None = None
) -> None:
    """Serve the platform with a plugin on it until interrupted.

    Args:
        root: The plugin's folder.
        variables: Environment variables that take precedence over the plugin's own.
        port: The platform's port; 0 takes a free one.
        as_json: Whether standard output has one JSON document and nothing else.
        debugger: How debuggers attach; None if they do not.

    Raises:
        OperationFailed: The platform cannot be served, no debugger can attach, or the folder cannot be watched.
    """
    report = DevReport(err if as_json else out)
    with (
        until_interrupted() as stop,
        closing(watch(root, stop)) as bursts,
        debugging(debugger, root) as settings,
        LocalPlatform(root, variables, port, settings) as platform,
    ):
        platform.add_listener(report.print_invocation)
        report.print_started(platform)
        report.print_debugger(settings.port)
        plugin = _load(platform, report, ())
        if as_json:
            print_json({**_document(platform, plugin), "debugger": settings.port.address if settings.port else None})
        for changed in bursts:
            plugin = _load(platform, report, changed) or plugin


def _load(platform: LocalPlatform, report: DevReport, changed: Iterable[Path]) -> dict[str, Any] | None:
    try:
        plugin = platform.load_plugin()
    except CliError as error:
        report.print_rejected(error, platform.version)
        return None
    report.print_loaded(platform, plugin, changed)
    return plugin


def _document(platform: LocalPlatform, plugin: dict[str, Any] | None) -> dict[str, Any]:
    calls = sample_calls(platform.url, plugin, platform.samples, has_endpoint=platform.has_endpoint) if plugin else ()
    return {
        "url": platform.url,
        "username": platform.username,
        "password": platform.password,
        "plugin": plugin,
        "calls": [{"hook": call.hook, "command": call.command} for call in calls],
    }
