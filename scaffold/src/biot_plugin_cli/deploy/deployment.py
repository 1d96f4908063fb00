"""Deploys a plugin: plugin -> checks -> configuration and package -> plan -> outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from biot_plugin_cli.check.loading import check_loading
from biot_plugin_cli.check.runner import CheckResult, check
from biot_plugin_cli.deploy.apply import apply_plan, refresh_plan
from biot_plugin_cli.deploy.config_changes import Config
from biot_plugin_cli.deploy.configuration import code_config, plugin_config, unmentioned_fields
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.plan import Plan, make_plan
from biot_plugin_cli.deploy.report import plan_document, print_not_stored, print_plan, print_warnings
from biot_plugin_cli.errors import CliError, InvalidPlugin, OperationFailed, PluginImportError
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.package.builder import Package, build_package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.platform.plugin_calls import Code
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["deploy", "upload"]


def deploy(destination: Destination, *, dry_run: bool, yes: bool) -> dict[str, Any]:
    """Deploy a plugin, unless the platform has it already; return the document of `--json`.

    Args:
        destination: The plugin, and where to deploy it.
        dry_run: Whether to stop after the plan.
        yes: Whether to skip the confirmation.

    Raises:
        CliError: It cannot be imported, packaged or deployed.
    """
    plugin = destination.plugin
    if plugin.manifest.package == "image":
        raise OperationFailed("Container images cannot be deployed yet: set package = 'zip' in pyproject.toml")
    hooks = _require_no_errors(plugin)
    config = plugin_config(plugin.manifest, hooks)
    with showing_progress() as progress:
        package = build_package(plugin, progress=progress)
        progress("Loading the package")
        loading = CheckResult(tuple(check_loading(plugin, package.path, hooks.loaded)))
    if loading.errors:
        raise _first_error(loading)
    print_warnings(loading.findings)
    deployed = destination.calls.find(destination.name)
    unmentioned = unmentioned_fields(plugin.manifest, hooks)

    def make(deployed: Config | None) -> Plan:
        return make_plan(deployed, config, package.content_hash, unmentioned=unmentioned)

    plan = make(deployed)
    environment = plugin.manifest.environment
    print_plan(plan, destination.base_url, environment)
    if plan.action == "none" or dry_run:
        return plan_document(plan, environment)
    # The planned package is uploaded, even if another build replaces the file during the confirmation.
    code = (package.path.name, _read_package(package))
    confirm("Go on?", yes=yes)
    endpoint_url = upload(destination, plan, make, code, code_config(plan.config, config, hooks))
    return {**plan_document(plan, environment), "endpointUrl": endpoint_url}


def upload(
    destination: Destination, plan: Plan, make: Callable[[Config], Plan], code: Code, config: Mapping[str, Any]
) -> str | None:
    """Apply a plan, and store its package for rollback; return the plugin's URL.

    Args:
        destination: Where to deploy.
        plan: The plan that was shown.
        make: Makes the plan again for the plugin as the platform shows it now.
        code: The file name and content of the plan's zip, whether or not it is uploaded.
        config: The part of the configuration that belongs to the code.

    Raises:
        CliError: The plan cannot be applied.
    """
    current = refresh_plan(plan, make, destination.calls)
    deployed = apply_plan(current, code if plan.sends_code else None, destination.calls)
    endpoint_url: str | None = deployed.get("endpointUrl")
    if plan.sends_code and plan.content_hash:
        try:
            destination.history().add(code[1], plan.version, plan.content_hash, config, endpoint_url)
        except OperationFailed as error:
            print_not_stored(plan, error)
    return endpoint_url


def _read_package(package: Package) -> bytes:
    content = package.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise OperationFailed(f"{package.path} was changed after it was built: run this command again")
    return content


def _require_no_errors(plugin: Plugin) -> Hooks:
    """Check a plugin and return its hooks; the first error is raised, and warnings are printed."""
    # Packaging checks the dependencies itself.
    result = check(plugin, packaging=False)
    if result.hooks and not result.errors:
        print_warnings(result.findings)
        return result.hooks
    raise _first_error(result)


def _first_error(result: CheckResult) -> CliError:
    first = result.findings[0]
    location = f"{first.location}: " if first.line else ""
    more = f" (and {result.errors - 1} more: run biot-plugin check)" if result.errors > 1 else ""
    error_class = PluginImportError if result.exit_code == PluginImportError.exit_code else InvalidPlugin
    return error_class(f"{location}{first.message}; {first.advice}{more}")
