"""`biot-plugin status`: shows this plugin as it is on the platform."""

from __future__ import annotations

import typer

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["status"]


def status(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """Show this plugin as it is on the platform, without the values of variables that pyproject.toml does not have.

    What cannot be read in an AWS account of one's own is left out, with an error for each, and an exit code.
    """
    from biot_plugin_cli.deploy.report import print_plugin
    from biot_plugin_cli.terminal.console import err, print_json

    plugin = select_target(environment, target).status()
    if as_json:
        print_json(plugin)
    else:
        print_plugin(plugin)
    problems = plugin.get("problems") or ()
    for problem in problems:
        err.print(f"error: {problem['message']}", markup=False)
    if problems:
        raise typer.Exit(max(problem["exitCode"] for problem in problems))
