"""Deploys a plugin: plugin -> checks -> configuration and package -> plan -> outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from biot_plugin_cli.deploy.apply import apply_plan, refresh_plan
from biot_plugin_cli.deploy.config_changes import Config
from biot_plugin_cli.deploy.configuration import code_config, plugin_config, unmentioned_fields
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.plan import Plan, make_plan
from biot_plugin_cli.deploy.preparation import prepare, read_package
from biot_plugin_cli.deploy.report import plan_document, print_not_stored, print_plan
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.platform.plugin_calls import Code
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
    hooks, package = prepare(plugin)
    config = plugin_config(plugin.manifest, hooks)
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
    code = (package.path.name, read_package(package))
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
