"""Everything that can be wrong with a plugin, looked for before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.imports import NOT_IMPORTED, import_plugin
from biot_plugin_cli.check.manifest import manifest_findings
from biot_plugin_cli.check.package import package_findings
from biot_plugin_cli.check.schedule import check_schedule
from biot_plugin_cli.check.secrets import secret_findings
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.check.subscriptions import hook_findings
from biot_plugin_cli.errors import CliError, InvalidPlugin, PluginImportError
from biot_plugin_cli.hooks.interceptable import Get, Interceptable
from biot_plugin_cli.hooks.reader import Hooks
from biot_plugin_cli.hooks.schedule import Schedule

__all__ = ["CheckReport", "check"]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check has found.

    Attributes:
        findings: All of it, errors first.
        schedule: The plugin's schedule; None where it has none, or none that can be read.
        hooks: What the plugin is called for; None where it could not be imported.
        not_asked: Why the platform itself could not be asked; None where it was, or was not to be asked.
    """

    findings: tuple[Finding, ...]
    schedule: Schedule | None = None
    not_asked: CliError | None = None
    hooks: Hooks | None = None

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.findings) - self.errors

    @property
    def exit_code(self) -> int:
        """The exit code of a command that looked."""
        if any(finding.code in NOT_IMPORTED for finding in self.findings):
            return PluginImportError.exit_code
        if self.errors:
            return InvalidPlugin.exit_code
        return self.not_asked.exit_code if self.not_asked else 0


def check(
    start: Path | None = None,
    environment: str | None = None,
    *,
    get: Get | None = None,
    packaging: bool = True,
    now: datetime | None = None,
) -> CheckReport:
    """Look for everything that can be wrong with a plugin.

    Args:
        start: A folder of the plugin; the current one when None.
        environment: The environment that is meant; None for none, so that the mistakes of all of them count.
        get: Calls the platform, to ask it what can be intercepted; None for the published list.
        packaging: Whether the dependencies are resolved, and the package is made where what it is made of is right.
        now: The moment that dates are compared with, with its time zone; the present one when None.

    Raises:
        InvalidPlugin: There is no plugin there, its pyproject.toml cannot be read, or there is no such environment.
    """
    subject = Subject.find(start, environment, now or datetime.now(UTC))
    findings, schedule, not_asked = list(manifest_findings(subject)), None, None
    hooks, found = import_plugin(subject)
    findings += found
    if hooks is not None:
        interceptable, not_asked = _interceptable(get)
        schedule, found = check_schedule(subject, hooks)
        findings += [*found, *hook_findings(subject, hooks, interceptable)]
    findings += secret_findings(subject)
    if packaging:
        findings += package_findings(subject, {finding.code for finding in findings})
    return CheckReport(tuple(sorted(findings, key=lambda finding: finding.rank)), schedule, not_asked, hooks)


def _interceptable(get: Get | None) -> tuple[Interceptable, CliError | None]:
    if get is None:
        return Interceptable.published(), None
    try:
        return Interceptable.of_platform(get), None
    except CliError as error:
        return Interceptable.published(), error
