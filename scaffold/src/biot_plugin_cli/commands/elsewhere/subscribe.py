"""`biot-plugin subscribe` and `unsubscribe`: register a plugin that runs anywhere else, and take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment, Yes

__all__ = ["subscribe", "unsubscribe"]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")]


def subscribe(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the plugin answers, over HTTPS.")],
    environment: Environment = None,
    service_user: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Create a service user, and write its credentials to this new file."),
    ] = None,
    role: Annotated[str | None, typer.Option(metavar="ID", help="The role of the service user.")] = None,
    no_check: Annotated[bool, typer.Option("--no-check", help="Do not call the URL first.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Have the platform call a URL for this plugin's hooks.

    The plugin has to run there: in a container, on a server, in an account of your own. Subscriptions for the URL that
    the code no longer has are removed, those of other URLs are left alone.
    """
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.own_url import registration
    from biot_plugin_cli.terminal.console import out, print_json

    options = registration.SubscribeOptions(dry_run, yes, not no_check, service_user, role)
    document = registration.subscribe(Destination.load(environment), url, options)
    if as_json:
        print_json(document)
    elif not dry_run and document["action"] != "none":
        out.print(f"The platform calls {url}")


def unsubscribe(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The URL; without it, what ended `dev` sessions have left.")
    ] = None,
    environment: Environment = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove all subscriptions for a URL, and the service user that `subscribe` made for it."""
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.dev.public.cleanup import unsubscribe_ended_sessions
    from biot_plugin_cli.own_url import registration
    from biot_plugin_cli.terminal.console import out, print_json

    destination = Destination.load(environment)
    if url is None:
        document = unsubscribe_ended_sessions(destination, dry_run=dry_run, yes=yes)
    else:
        document = registration.unsubscribe(destination, url, dry_run=dry_run, yes=yes)
    if as_json:
        print_json(document)
    elif not dry_run and document["action"] != "none":
        out.print(f"The platform no longer calls {url}" if url else "Nothing is left of ended sessions")
