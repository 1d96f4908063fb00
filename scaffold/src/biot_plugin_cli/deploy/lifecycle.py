"""Enables, disables and deletes deployed plugins."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.deploy.apply import apply_plan, delete_plugin
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.deploy.plan import make_plan
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.platform.plugin_names import NAME_FORM, PREFIX, is_name
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["delete", "set_state"]


def set_state(destination: Destination, state: str) -> tuple[dict[str, Any], bool]:
    """Set a plugin to `ENABLED` or `DISABLED`; return it as the platform shows it, and whether it was not so before.

    Raises:
        OperationFailed: There is no such plugin.
        CliError: It cannot be changed.
    """
    deployed = destination.deployed_plugin()
    if deployed.get("enabledState") == state:
        return deployed, False
    plan = make_plan(deployed, {**deployed, "enabledState": state}, None)
    return apply_plan(plan, None, destination.calls), True


def delete(destination: Destination, name: str | None, *, yes: bool) -> str:
    """Delete a plugin from the platform, and its stored packages; return its name without the prefix.

    Args:
        destination: Where the plugin is deployed.
        name: Its name, with or without the prefix; None for the plugin of this repository.
        yes: Whether to skip the confirmation.

    Raises:
        UsageError: The name is not that of a plugin, or could be that of two.
        OperationFailed: There is no such plugin.
        CliError: It cannot be deleted.
    """
    match = _find_deployed(destination, destination.name if name is None else name)
    confirm(f"Delete {match} from {destination.base_url}, with its code, subscriptions and service user?", yes=yes)
    delete_plugin(match, destination.calls)
    destination.history(match).clear()
    return match


def _find_deployed(destination: Destination, requested: str) -> str:
    """Find the one plugin that a name denotes, with or without the prefix."""
    names = dict.fromkeys((requested, requested.removeprefix(PREFIX)))
    if not any(map(is_name, names)):
        raise UsageError(f"{requested!r} is not the name of a plugin: make it {NAME_FORM}, see biot-plugin list")
    found = [name for name in names if is_name(name) and destination.calls.find(name)]
    if not found:
        raise OperationFailed(f"There is no plugin {requested} on {destination.base_url}: see biot-plugin list")
    if len(found) > 1:
        raise UsageError(
            f"{requested} may be one of two plugins on {destination.base_url}: write {PREFIX}{requested} for the one "
            f"of that name, or {found[1]} for the one that the platform calls {requested}"
        )
    return found[0]
