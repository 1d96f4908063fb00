"""`biot-plugin status`: shows this plugin as it is on the platform."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["status"]


def status(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """Show this plugin as it is on the platform, without the values of variables that pyproject.toml does not have."""
    from biot_plugin_cli.deploy.report import print_plugin
    from biot_plugin_cli.terminal.console import print_json

    plugin = select_target(environment, target).status()
    if as_json:
        print_json(plugin)
    else:
        print_plugin(plugin)
