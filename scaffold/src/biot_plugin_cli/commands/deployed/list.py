"""`biot-plugin list`: lists the plugins on the platform."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["list_plugins"]


def list_plugins(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """List the plugins on the platform, or those in an AWS account of one's own."""
    from biot_plugin_cli.deploy.report import print_plugins
    from biot_plugin_cli.terminal.console import out, print_json

    plugins = select_target(environment, target).plugins()
    if as_json:
        print_json(plugins)
    elif plugins:
        print_plugins(plugins)
    else:
        out.print("There are no plugins yet")
