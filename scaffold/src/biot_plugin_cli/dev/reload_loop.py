"""The loop of `biot-plugin dev`: load the plugin, wait for a change, and load it again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from biot_plugin_cli.dev.file_watcher import watch
from biot_plugin_cli.dev.interruption import until_interrupted
from biot_plugin_cli.dev.local_platform import LocalPlatform
from biot_plugin_cli.dev.options import DevOptions
from biot_plugin_cli.dev.relevant_changes import relevant_changes
from biot_plugin_cli.dev.report import DevReport
from biot_plugin_cli.dev.sample_calls import sample_calls
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.plugin.debugging import debugging
from biot_plugin_cli.terminal.console import err, out, print_json

__all__ = ["develop"]


def develop(options: DevOptions) -> None:
    """Serve the platform with a plugin on it until interrupted.

    Args:
        options: How the plugin is developed.

    Raises:
        OperationFailed: The platform cannot be served, no debugger can attach, or the folder cannot be watched.
        UsageError: The file that fills it cannot be used.
    """
    report = DevReport(err if options.as_json else out)
    with (
        until_interrupted() as stop,
        closing(watch(options.root, stop)) as bursts,
        debugging(options.debugger, options.root) as settings,
        LocalPlatform(options, settings) as platform,
    ):
        platform.add_listener(report.print_invocation)
        platform.add_call_listener(report.print_call)
        report.print_started(platform)
        if platform.was_filled:
            report.print_line(f"It was filled with {options.seed} before, and stays as it is")
        report.print_debugger(settings.port)
        plugin = _load(platform, report, ())
        if options.as_json:
            print_json({**_document(platform, plugin), "debugger": settings.port.address if settings.port else None})
        for burst in bursts:
            if changed := relevant_changes(options.root, burst, options.data):
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
        "page": platform.page,
        "username": platform.administrator.username,
        "password": platform.administrator.password if platform.administrator.is_generated else None,
        "plugin": plugin,
        "calls": [{"hook": call.hook, "command": call.command} for call in calls],
    }
