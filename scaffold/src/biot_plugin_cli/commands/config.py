"""`biot-plugin config`: shows the plugin's configuration as JSON."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import Environment
from biot_plugin_cli.commands.targets import Target

__all__ = ["config"]


def config(
    environment: Environment = None,
    target: Target = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, without colours.")] = False,
) -> None:
    """Show the configuration that deploy sends: pyproject.toml, the environment's overrides and the decorators.

    deploy adds the variable PLUGIN_CONTENT_HASH. For a plugin that is already deployed, it sends the platform's
    version, or the next one if the code has changed, and leaves unchanged what pyproject.toml does not mention.

    For an AWS account of one's own, what AWS and the platform's dispatcher get is shown instead.

    The plugin is imported with its own interpreter, as Lambda would import it.
    """
    from biot_plugin_cli.deploy.configuration import plugin_config
    from biot_plugin_cli.hooks.discovery import discover_hooks
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import out, print_highlighted, print_json

    plugin = Plugin.load(environment=environment)
    if (target.value if target else plugin.manifest.target) == "aws":
        from biot_plugin_cli.export.configuration import own_account_config

        plugin.require_valid()
        document = own_account_config(plugin, discover_hooks(plugin))
    else:
        document = plugin_config(plugin.manifest, discover_hooks(plugin))
    if as_json or not out.is_terminal:
        print_json(document)
    else:
        print_highlighted(json.dumps(document, indent=2))
