"""Variables that live on the platform alone: they are set, removed and listed by name, and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.deploy.apply import apply_plan, refresh_plan
from biot_plugin_cli.deploy.config_changes import Config
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.plan import Plan, make_plan
from biot_plugin_cli.deploy.report import plan_document, print_plan
from biot_plugin_cli.deploy.secret_times import read_times, write_times
from biot_plugin_cli.deploy.variables import VARIABLES, deployed_variables, other_variables
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.manifest.environment_variables import (
    MAX_BYTES,
    SECRETS_VARIABLE,
    measure_variables,
    require_variable,
)
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["change_secrets", "list_secrets", "require_changeable", "require_size", "variables_after"]


def require_changeable(manifest: Manifest, changes: Mapping[str, str | None], known: Mapping[str, Any]) -> None:
    """Require that variables can be changed on the platform.

    Args:
        manifest: The plugin's manifest, with the overrides of its environment.
        changes: The new value of each variable; None to remove it.
        known: The variables that there are.

    Raises:
        UsageError: A name is that of a variable of the manifest, or not valid.
        OperationFailed: One that is to be removed is not there, or all of them are too large together.
    """
    for name, text in changes.items():
        if name in manifest.environment:
            raise UsageError(
                f"{name} is set in pyproject.toml, which deploy would set again: change it there and deploy, or remove "
                "it there first"
            )
        require_variable(name, "x" if text is None else text)
        if text is None and name not in known:
            raise OperationFailed(f"There is no variable {name} to remove: see biot-plugin secret list")


def require_size(variables: Mapping[str, Any]) -> None:
    """Require that Lambda accepts the size of variables.

    Raises:
        OperationFailed: They are too large.
    """
    if (size := measure_variables(variables)) > MAX_BYTES:
        raise OperationFailed(
            f"All variables together would have {size} bytes, and Lambda allows {MAX_BYTES}: shorten it, or remove "
            "others with biot-plugin secret unset"
        )


def change_secrets(
    destination: Destination, changes: Mapping[str, str | None], *, dry_run: bool, yes: bool
) -> dict[str, Any]:
    """Set variables of a plugin on the platform, or remove them; return the document of `--json`.

    Args:
        destination: The plugin, and where it is deployed.
        changes: The new value of each variable; None to remove it.
        dry_run: Whether to stop after the plan.
        yes: Whether to skip the confirmation.

    Raises:
        UsageError: A name cannot be set.
        CliError: It cannot be changed.
    """
    manifest = destination.plugin.manifest
    # Before anything is asked: what is wrong with a name is wrong on any platform.
    require_changeable(manifest, changes, changes)
    deployed = destination.deployed_plugin()
    require_changeable(manifest, changes, deployed_variables(deployed))

    def make(deployed: Config) -> Plan:
        after, removed = variables_after(deployed_variables(deployed), changes)
        return make_plan(deployed, {**deployed, VARIABLES: after}, None, removed=removed)

    plan = make(deployed)
    require_size(plan.config[VARIABLES])
    print_plan(plan, destination.base_url, manifest.environment)
    document = {**plan_document(plan, manifest.environment), "names": list(changes)}
    if plan.action == "none" or dry_run:
        return document
    confirm("Go on?", yes=yes)
    apply_plan(refresh_plan(plan, make, destination.calls), None, destination.calls)
    return document


def variables_after(before: Mapping[str, Any], changes: Mapping[str, str | None]) -> tuple[dict[str, Any], set[str]]:
    """Return all variables after a change, with the record of it, and the names of those that are removed."""
    after = {name: text for name, text in {**before, **changes}.items() if text is not None}
    record = before.get(SECRETS_VARIABLE)
    if any(before.get(name) != text for name, text in changes.items()):
        record = write_times(read_times(before), changes, after)
    after |= {SECRETS_VARIABLE: record} if record else {}
    removed = {name for name, text in changes.items() if text is None}
    return after, removed if record else {*removed, SECRETS_VARIABLE}


def list_secrets(deployed: Config, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """List the variables that live on the platform alone: their names, and when they were set, as far as it is known.

    Args:
        deployed: The plugin as the platform shows it.
        environment: The variables of the manifest.
    """
    times = read_times(deployed_variables(deployed))
    return [{"name": name, "setAt": times.get(name)} for name in other_variables(deployed, environment)]
