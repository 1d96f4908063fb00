"""`biot-plugin config`: the JSON that makes the plugin on the platform."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["config"]


def config(
    environment: Annotated[
        str | None, typer.Option("--env", metavar="NAME", help="The environment, [tool.biot-plugin.env.NAME].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, without colours.")] = False,
) -> None:
    """Show the JSON that makes the plugin: pyproject.toml, the environment's own, and what the decorators say.

    deploy adds the variable PLUGIN_CONTENT_HASH. To a plugin that is there already it gives the platform's version, one
    higher where the code has changed, and it leaves alone what pyproject.toml does not mention.

    The plugin is imported with its own interpreter, as Lambda would import it.
    """
    from biot_plugin_cli.deploy.configuration import plugin_config
    from biot_plugin_cli.hooks.reader import read_hooks
    from biot_plugin_cli.plugin.environments import in_environment
    from biot_plugin_cli.plugin.interpreters import plugin_python
    from biot_plugin_cli.plugin.manifest import Manifest
    from biot_plugin_cli.terminal.console import out, print_json

    manifest = in_environment(Manifest.load(), environment)
    hooks = read_hooks(manifest, plugin_python(manifest.root, manifest.runtime))
    document = plugin_config(manifest, hooks)
    if as_json or not out.is_terminal:
        print_json(document)
    else:
        out.print_json(data=document)
