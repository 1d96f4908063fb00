"""`biot-plugin list`: lists the plugins on the platform."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["list_plugins"]


def list_plugins(environment: Environment = None, as_json: AsJson = False) -> None:
    """List the plugins on the platform."""
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.deploy.report import print_plugins
    from biot_plugin_cli.terminal.console import out, print_json

    destination = Destination.load(environment)
    plugins = destination.calls.all()
    if as_json:
        print_json([destination.without_hidden_values(plugin) for plugin in plugins])
    elif plugins:
        print_plugins(plugins)
    else:
        out.print("There are no plugins on the platform yet")
