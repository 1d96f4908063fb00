"""Takes away what sessions have subscribed that did not end by themselves."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.dev.public.session import all_sessions, ended
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.subscriptions.apply import apply_changes
from biot_plugin_cli.subscriptions.changes import compare
from biot_plugin_cli.subscriptions.existing import find_subscriptions
from biot_plugin_cli.terminal.confirmation import confirm
from biot_plugin_cli.terminal.console import err

__all__ = ["clean_up", "remove_subscriptions", "unsubscribe_ended_sessions"]


def clean_up(destination: Destination) -> list[str]:
    """Remove the subscriptions of ended sessions at this platform; return their URLs.

    Raises:
        PlatformRefused: The platform responded with an error.
        PlatformUnreachable: The platform did not respond; the next run goes on.
    """
    urls = []
    for file, session in all_sessions(destination.plugin.root):
        if session.base_url != destination.base_url:
            continue
        with ended(file) as is_ended:
            if is_ended:
                remove_subscriptions(destination.client, session.url)
                file.unlink(missing_ok=True)
                urls.append(session.url)
    return urls


def unsubscribe_ended_sessions(destination: Destination, *, dry_run: bool, yes: bool) -> dict[str, Any]:
    """Do the same as a command does it: shown before, and confirmed. Returns the document for `--json`."""
    urls = []
    for file, session in all_sessions(destination.plugin.root):
        with ended(file) as is_ended:
            if is_ended and session.base_url == destination.base_url:
                urls.append(session.url)
    for url in urls:
        err.print(f"Unsubscribe {url} at {destination.base_url}, which a session has left")
    if not urls:
        err.print("Nothing to do")
    elif not dry_run:
        confirm("Go on?", yes=yes)
        urls = clean_up(destination)
    return {"action": "unsubscribe" if urls else "none", "urls": urls}


def remove_subscriptions(client: PlatformClient, url: str) -> None:
    """Remove every subscription for a URL. Raises as `clean_up` does."""
    apply_changes(compare((), find_subscriptions(client, url)), client)
