"""`biot-plugin status`: this plugin, as the platform has it."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["status"]


def status(environment: Environment = None, as_json: AsJson = False) -> None:
    """Show this plugin as the platform has it."""
    from biot_plugin_cli.deploy import workflow
    from biot_plugin_cli.deploy.report import print_plugin
    from biot_plugin_cli.terminal.console import print_json

    plugin = workflow.present_plugin(workflow.target(environment))
    if as_json:
        print_json(plugin)
    else:
        print_plugin(plugin)
