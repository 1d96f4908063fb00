"""`biot-plugin dev`: runs the platform on this machine, with this plugin on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import DebugPort, EnforceTimeout, EnvFile, Environment

__all__ = ["dev"]


def dev(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The platform's port; 0 takes a free one.")] = 8787,
    env_file: EnvFile = None,
    environment: Environment = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the platform here from one run to the next.")
    ] = None,
    seed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Fill a new platform with templates, users and entities of a file."),
    ] = None,
    admin: Annotated[
        str | None,
        typer.Option(
            metavar="EMAIL:PASSWORD",
            help="The administrator's credentials, which other users of this machine can see here.",
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Have the platform of --env call this plugin at URL, which leads to --port."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=VALUE", help="Handle only calls of an organization, template or caller."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document when all is ready.")] = False,
    debug: DebugPort = None,
    enforce_timeout: EnforceTimeout = False,
) -> None:
    """Run the platform on this machine with this plugin on it, and reload the plugin whenever a file changes.

    The plugin is subscribed to what its decorators declare. If a new version cannot be loaded, the last good one keeps
    running. The platform has sample entities, and example calls are shown. --env has the plugin run with the variables
    and settings of an environment. With --public-url, a real platform calls the
    plugin here, by way of a tunnel of your choice; what it subscribes is unsubscribed at the end.

    With --debug, a debugger can attach at any time, also after the plugin was reloaded. While it is attached, the
    plugin handles one event at a time, each for as long as you debug it.
    """
    from biot_plugin_cli.errors import UsageError
    from biot_plugin_cli.plugin.debugging import DebugOptions
    from biot_plugin_cli.plugin.env_file import read_env_file
    from biot_plugin_cli.plugin.repository import Plugin

    debugger = DebugOptions.parse(debug, enforces_timeout=enforce_timeout)
    variables = read_env_file(env_file)
    if public_url is not None:
        from biot_plugin_cli.deploy.destination import Destination
        from biot_plugin_cli.dev.public.loop import PublicOptions, develop_publicly
        from biot_plugin_cli.dev.public.only import Only

        if data or seed or admin is not None:
            raise UsageError("--data, --seed and --admin are for the platform on this machine: leave --public-url out")
        options = PublicOptions(public_url, port, Only.parse(only or ()), as_json, debugger)
        develop_publicly(Destination.load(environment), variables, options)
        return
    if only:
        raise UsageError("--only is for calls of a real platform: pass --public-url too")

    from biot_plugin_cli.dev.options import Administrator, DevOptions
    from biot_plugin_cli.dev.reload_loop import develop
    from biot_plugin_cli.terminal.console import err

    root = Plugin.load(environment=environment).root
    if admin is not None:
        err.print("Other users of this machine can see this password: set BIOT_EMULATOR_ADMIN instead")
    administrator = Administrator.choose(admin)
    develop(DevOptions(root, administrator, variables, environment, port, data, seed, as_json, debugger))
