"""`biot-plugin list`: lists the plugins on the platform."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["list_plugins"]


def list_plugins(environment: Environment = None, as_json: AsJson = False) -> None:
    """List the plugins on the platform."""
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.deploy.report import plugin_table
    from biot_plugin_cli.terminal.console import out, print_json

    plugins = Destination.load(environment).calls.all()
    if as_json:
        print_json(plugins)
    else:
        out.print(plugin_table(plugins) if plugins else "There are no plugins on the platform yet")
