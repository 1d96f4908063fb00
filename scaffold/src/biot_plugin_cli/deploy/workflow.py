"""From a plugin's folder to a running plugin: what the commands that talk to the platform have in common."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from biot_plugin_cli.deploy.execution import carry_out, remove
from biot_plugin_cli.deploy.history import History
from biot_plugin_cli.deploy.plan import Plan, make_plan
from biot_plugin_cli.deploy.report import plan_document, print_not_kept, print_plan, print_warnings
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed, PluginImportError, UsageError
from biot_plugin_cli.hooks.reader import Hooks
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import find_credentials, keep_credentials
from biot_plugin_cli.platform.plugin_calls import PREFIX, Code, PluginCalls
from biot_plugin_cli.plugin.environments import base_url, in_environment
from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["Target", "apply", "confirm", "delete", "deploy", "present_plugin", "set_state", "target"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a plugin is deployed.

    Attributes:
        environment: The environment's name; None for none.
        manifest: The plugin, as it is there.
        client: Calls the platform.
        calls: Its calls for plugins.
        base_url: Where it is.
    """

    environment: str | None
    manifest: Manifest
    client: PlatformClient
    calls: PluginCalls
    base_url: str

    def history(self, name: str | None = None) -> History:
        """What was deployed there from here, of the plugin or of one of another name."""
        return History(self.manifest.root, self.environment or self.base_url, name or self.manifest.name)


def target(environment: str | None) -> Target:
    """Find where the plugin of this folder is deployed.

    Args:
        environment: The environment's name; None for that of the variables alone.

    Raises:
        InvalidPlugin: There is no plugin here, or no such environment.
        UsageError: Nobody says where the platform is.
    """
    written = Manifest.load()
    manifest, url = in_environment(written, environment), base_url(written, environment)
    if url is None:
        raise UsageError(
            "Nobody says where the platform is: set BIOT_PLUGIN_BASE_URL, or write base-url into "
            "[tool.biot-plugin.env.NAME] of pyproject.toml and name it with --env"
        )
    client = PlatformClient(url, partial(find_credentials, url), partial(keep_credentials, url))
    return Target(environment, manifest, client, PluginCalls(client), url)


def deploy(target: Target, *, dry_run: bool, yes: bool) -> dict[str, Any]:
    """Bring a plugin to its platform, where it is not there as it is here; give the document of `--json`.

    Raises:
        CliError: It cannot be imported, packaged or deployed.
    """
    from biot_plugin_cli.deploy.configuration import config_of_code, plugin_config, unmentioned_fields
    from biot_plugin_cli.package.builder import build_package, compiling_python
    from biot_plugin_cli.package.report import showing_progress

    manifest = target.manifest
    if manifest.package == "image":
        raise OperationFailed("Container images cannot be deployed yet: set package = 'zip' in pyproject.toml")
    hooks = _checked_hooks(target)
    config = plugin_config(manifest, hooks)
    with showing_progress() as progress:
        package = build_package(manifest, compiling_python(manifest), progress=progress)
    present = target.calls.find(manifest.name)
    plan = make_plan(present, config, package.content_hash, unmentioned=unmentioned_fields(manifest, hooks))
    print_plan(plan, target.base_url)
    if plan.action == "none" or dry_run:
        return plan_document(plan)
    # What was planned goes up, also where another build takes the file's place while somebody thinks about it.
    code = (package.path.name, package.path.read_bytes())
    confirm("Go on?", yes=yes)
    address = apply(target, plan, code, package.content_hash, config_of_code(plan.config, hooks))
    return {**plan_document(plan), "endpointUrl": address}


def apply(target: Target, plan: Plan, code: Code, content_hash: str, config: Mapping[str, Any]) -> str | None:
    """Carry out a plan, and keep the package that went up; give the plugin's address.

    Args:
        target: Where to.
        plan: The plan.
        code: The file name and the content of the zip that the plan is about, also where it is there already.
        content_hash: What tells its code from all other code.
        config: The part of the configuration that belongs to the code.

    Raises:
        CliError: It cannot be carried out.
    """
    present = carry_out(plan, code if plan.sends_code else None, target.calls)
    address: str | None = present.get("endpointUrl")
    if plan.sends_code:
        try:
            target.history().add(code[1], plan.version, content_hash, config, address)
        except OperationFailed as error:
            print_not_kept(plan, error)
    return address


def set_state(target: Target, state: str) -> dict[str, Any]:
    """Make a plugin `ENABLED` or `DISABLED`, and give it as the platform shows it.

    Raises:
        OperationFailed: There is no such plugin.
        CliError: It cannot be done.
    """
    present = present_plugin(target)
    if present.get("enabledState") == state:
        return present
    plan = make_plan(present, {**present, "enabledState": state}, None)
    return carry_out(plan, None, target.calls)


def delete(target: Target, name: str | None, *, yes: bool) -> str:
    """Remove a plugin, and give its name without the prefix.

    Args:
        target: Where from.
        name: Its name, with the prefix or without; None for the plugin of this folder.
        yes: Whether nobody is asked.

    Raises:
        OperationFailed: There is no such plugin.
        CliError: It cannot be removed.
    """
    asked = name or target.manifest.name
    # A name may itself begin like the prefix.
    names = dict.fromkeys((asked, asked.removeprefix(PREFIX)))
    found = next((one for one in names if target.calls.find(one)), None)
    if found is None:
        raise OperationFailed(f"There is no plugin {asked} on {target.base_url}: see biot-plugin list")
    confirm(f"Remove {found} from {target.base_url}, with its code, subscriptions and service user?", yes=yes)
    remove(found, target.calls)
    target.history(found).clear()
    return found


def present_plugin(target: Target) -> dict[str, Any]:
    """Give the plugin as the platform shows it.

    Raises:
        OperationFailed: There is none of this name.
    """
    present = target.calls.find(target.manifest.name)
    if present is None:
        raise OperationFailed(f"There is no plugin {target.manifest.name} on {target.base_url}: deploy it first")
    return present


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether to go on.

    Raises:
        UsageError: Nobody is there to be asked.
        OperationFailed: The answer is no.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Nobody is at the terminal to be asked: add --yes to go on without a question")
    import typer

    if not typer.confirm(question, default=False, err=True):
        raise OperationFailed("Nothing was changed, as the answer was no")


def _checked_hooks(target: Target) -> Hooks:
    """Read the plugin's hooks; refuse in one sentence what the platform or Lambda would refuse late; tell the rest."""
    from biot_plugin_cli.check.runner import check

    # Packaging looks at the dependencies itself.
    report = check(target.manifest.root, target.environment, packaging=False)
    if report.hooks and not report.errors:
        print_warnings(report.findings)
        return report.hooks
    first = report.findings[0]
    place = f"{first.file}:{first.line}: " if first.line else ""
    more = f" (and {report.errors - 1} more: run biot-plugin check)" if report.errors > 1 else ""
    kind = PluginImportError if report.exit_code == PluginImportError.exit_code else InvalidPlugin
    raise kind(f"{place}{first.message}; {first.advice}{more}")
