"""Enables, disables and deletes deployed plugins."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.deploy.apply import apply_plan, delete_plugin
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.plan import make_plan
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.platform.plugin_calls import PREFIX
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["delete", "set_state"]


def set_state(destination: Destination, state: str) -> dict[str, Any]:
    """Set a plugin to `ENABLED` or `DISABLED`; return it as the platform shows it.

    Raises:
        OperationFailed: There is no such plugin.
        CliError: It cannot be changed.
    """
    deployed = destination.deployed_plugin()
    if deployed.get("enabledState") == state:
        return deployed
    plan = make_plan(deployed, {**deployed, "enabledState": state}, None)
    return apply_plan(plan, None, destination.calls)


def delete(destination: Destination, name: str | None, *, yes: bool) -> str:
    """Delete a plugin from the platform, and its stored packages; return its name without the prefix.

    Args:
        destination: Where the plugin is deployed.
        name: Its name, with or without the prefix; None for the plugin of this repository.
        yes: Whether to skip the confirmation.

    Raises:
        OperationFailed: There is no such plugin.
        CliError: It cannot be deleted.
    """
    requested = name or destination.name
    # A name may itself start like the prefix.
    candidates = dict.fromkeys((requested, requested.removeprefix(PREFIX)))
    match = next((candidate for candidate in candidates if destination.calls.find(candidate)), None)
    if match is None:
        raise OperationFailed(f"There is no plugin {requested} on {destination.base_url}: see biot-plugin list")
    confirm(f"Delete {match} from {destination.base_url}, with its code, subscriptions and service user?", yes=yes)
    delete_plugin(match, destination.calls)
    destination.history(match).clear()
    return match
