"""Runs all checks of a plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.generated_types import Fetch, check_types
from biot_plugin_cli.check.image import check_package_type
from biot_plugin_cli.check.imports import IMPORT_CODES, check_import
from biot_plugin_cli.check.manifest import check_manifest
from biot_plugin_cli.check.package import check_package
from biot_plugin_cli.check.schedule import check_schedule
from biot_plugin_cli.check.secrets import check_secrets
from biot_plugin_cli.check.subscriptions import check_subscriptions
from biot_plugin_cli.errors import CliError, InvalidPlugin, PluginImportError
from biot_plugin_cli.git.environment import settings_read_once
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.hooks.interceptable import Get, Interceptable
from biot_plugin_cli.hooks.schedule import Schedule
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["CheckResult", "check"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of all checks.

    Attributes:
        findings: All findings, errors first.
        schedule: The plugin's schedule; None if it has no valid one.
        platform_error: Why the platform could not be asked; None if it was asked, or was not to be asked.
        hooks: The plugin's hooks; None if it could not be imported.
    """

    findings: tuple[Finding, ...]
    schedule: Schedule | None = None
    platform_error: CliError | None = None
    hooks: Hooks | None = None

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return len(self.findings) - self.errors

    @property
    def exit_code(self) -> int:
        """The exit code of `biot-plugin check`."""
        if any(finding.code in IMPORT_CODES for finding in self.findings):
            return PluginImportError.exit_code
        if self.errors:
            return InvalidPlugin.exit_code
        return self.platform_error.exit_code if self.platform_error else 0


def check(
    plugin: Plugin,
    *,
    get: Get | None = None,
    find: Callable[[], Mapping[str, Any] | None] | None = None,
    templates: Fetch | None = None,
    packaging: bool = True,
    now: datetime | None = None,
) -> CheckResult:
    """Run all checks of a plugin.

    Args:
        plugin: The plugin.
        get: Calls the platform, to ask it what can be intercepted; None to use the published list.
        find: Finds the plugin on the platform; None not to look for it.
        templates: Fetches the platform's templates, to see whether types are still what they were made of; None not to.
        packaging: Whether to check the dependencies and the package.
        now: The time that dates are compared with, with its time zone; the current time if None.
    """
    now = now or datetime.now(UTC)
    findings, schedule, platform_error = list(check_manifest(plugin, now.date())), None, None
    hooks, import_findings = check_import(plugin)
    findings += import_findings
    if hooks is not None:
        interceptable, platform_error = _load_interceptable(get)
        schedule, schedule_findings = check_schedule(plugin, hooks, now)
        findings += [*schedule_findings, *check_subscriptions(plugin, hooks, interceptable)]
    # Not before: what is imported may change them.
    with settings_read_once():
        findings += check_secrets(plugin)
        findings += check_types(plugin, templates if platform_error is None else None)
        if find is not None and platform_error is None:
            findings += check_package_type(plugin, find())
        if packaging:
            findings += check_package(plugin, {finding.code for finding in findings}, hooks.loaded if hooks else None)
    return CheckResult(tuple(sorted(findings, key=lambda finding: finding.sort_key)), schedule, platform_error, hooks)


def _load_interceptable(get: Get | None) -> tuple[Interceptable, CliError | None]:
    if get is None:
        return Interceptable.published(), None
    try:
        return Interceptable.of_platform(get), None
    except CliError as error:
        return Interceptable.published(), error
