"""`biot-plugin enable` and `biot-plugin disable`."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["disable", "enable"]


def enable(environment: Environment = None, as_json: AsJson = False) -> None:
    """Enable this plugin: the platform calls its hooks and schedule."""
    _set_state("ENABLED", environment, as_json=as_json)


def disable(environment: Environment = None, as_json: AsJson = False) -> None:
    """Disable this plugin: the platform skips its hooks and schedule."""
    _set_state("DISABLED", environment, as_json=as_json)


def _set_state(state: str, environment: str | None, *, as_json: bool) -> None:
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.deploy.lifecycle import set_state
    from biot_plugin_cli.terminal.console import out, print_json

    destination = Destination.load(environment)
    plugin = set_state(destination, state)
    if as_json:
        print_json(destination.without_hidden_values(plugin))
    else:
        out.print(f"{plugin['name']} is {state}")
