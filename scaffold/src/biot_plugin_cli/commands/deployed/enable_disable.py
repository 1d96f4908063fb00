"""`biot-plugin enable` and `biot-plugin disable`."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["disable", "enable"]


def enable(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """Enable this plugin: the platform calls its hooks and schedule."""
    _set_state("ENABLED", environment, target, as_json=as_json)


def disable(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """Disable this plugin: the platform skips its hooks and schedule."""
    _set_state("DISABLED", environment, target, as_json=as_json)


def _set_state(state: str, environment: str | None, target: Target, *, as_json: bool) -> None:
    from biot_plugin_cli.terminal.console import out, print_json

    plugin, is_changed = select_target(environment, target).set_state(state)
    if as_json:
        print_json(plugin)
    elif is_changed:
        out.print(f"{plugin['name']} is {state}")
    else:
        out.print(f"{plugin['name']} is already {state.lower()}: nothing was changed")
