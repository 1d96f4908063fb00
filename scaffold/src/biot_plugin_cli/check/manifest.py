"""Checks the manifest: invalid settings, deprecated runtimes and short timeouts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.manifest.lambda_runtimes import DEPRECATION_DATES, RUNTIMES
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["check_manifest"]

# The platform's documentation has a default of 3 seconds in one place, and of 60 in another.
_SHORT_TIMEOUT = 3


def check_manifest(plugin: Plugin, today: date) -> Iterator[Finding]:
    """Find the settings that the platform rejects, and those that are risky."""
    for problem in plugin.problems:
        yield Finding.error(problem.code, problem.message, problem.advice, plugin.location_of(*problem.keys))
    if not plugin.is_invalid("runtime"):
        yield from _check_runtime(plugin, today)
    if not plugin.is_invalid("timeout"):
        yield from _check_timeout(plugin)


def _check_runtime(plugin: Plugin, today: date) -> Iterator[Finding]:
    runtime = plugin.manifest.runtime
    deprecated = DEPRECATION_DATES.get(runtime)
    if deprecated and today >= deprecated:
        yield Finding.warning(
            "runtime-deprecated",
            f"AWS deprecated {runtime} on {deprecated}, and will reject functions that use it",
            f"choose a newer runtime, such as {RUNTIMES[-1]}",
            plugin.location_of("runtime"),
        )


def _check_timeout(plugin: Plugin) -> Iterator[Finding]:
    timeout = plugin.manifest.timeout
    if "timeout" not in plugin.manifest.mentioned:
        yield Finding.warning(
            "timeout-not-given",
            f"No timeout is set; {timeout} is sent, as the platform documents both 3 and 60 seconds as the default",
            "set the timeout that the plugin needs",
            plugin.location_of(),
        )
    elif timeout <= _SHORT_TIMEOUT:
        yield Finding.warning(
            "timeout-short",
            f"A timeout of {timeout} s may be too short for a cold start and a call to the platform",
            "set 10 or more, unless you have measured it",
            plugin.location_of("timeout"),
        )
