"""Registers a plugin at a URL of its own, and takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.own_url.address import require_plugin, require_url
from biot_plugin_cli.own_url.service_user import (
    create_credentials,
    has_credentials,
    require_writable,
    service_user_name,
)
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.platform.service_users import delete_service_user, has_service_user
from biot_plugin_cli.subscriptions.apply import apply_changes
from biot_plugin_cli.subscriptions.changes import SubscriptionChanges, compare
from biot_plugin_cli.subscriptions.desired import desired_subscriptions
from biot_plugin_cli.subscriptions.existing import find_subscriptions
from biot_plugin_cli.subscriptions.hook import Subscription
from biot_plugin_cli.terminal.confirmation import confirm
from biot_plugin_cli.terminal.console import err

__all__ = ["SubscribeOptions", "require_hooks", "subscribe", "unsubscribe"]

_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class SubscribeOptions:
    """The options of `biot-plugin subscribe`.

    Attributes:
        dry_run: Whether only the plan is shown.
        yes: Whether nobody is asked.
        checks: Whether the URL is called first.
        credentials_file: Where the credentials of a new service user are written; None makes none.
        role_id: The id of the service user's role; None creates one.
    """

    dry_run: bool = False
    yes: bool = False
    checks: bool = True
    credentials_file: Path | None = None
    role_id: str | None = None


def subscribe(destination: Destination, url: str, options: SubscribeOptions) -> dict[str, Any]:
    """Subscribe a URL to the hooks of a plugin, after a look whether the plugin answers there.

    Returns:
        The document for `--json`.

    Raises:
        CliError: Something is wrong; what was done before is continued by the next run.
    """
    require_url(url, destination.base_url)
    name, file = service_user_name(destination.name, url), options.credentials_file
    if file is not None and has_credentials(destination.client, name, file):
        file = None
    if file is not None:
        require_writable(file)
    hooks = require_hooks(discover_hooks(destination.plugin))
    if options.checks:
        require_plugin(url)
    order = destination.plugin.manifest.interception_order
    desired = desired_subscriptions(hooks.subscriptions, url, order)
    changes = compare(desired, find_subscriptions(destination.client, url))
    has_work = bool(changes) or file is not None
    _print_plan(destination, url, changes, file)
    if has_work and not options.dry_run:
        confirm("Go on?", yes=options.yes)
        if file is not None:
            create_credentials(destination.client, name, options.role_id, file)
        apply_changes(changes, destination.client)
    return _document("subscribe" if has_work else "none", url, changes)


def unsubscribe(destination: Destination, url: str, *, dry_run: bool, yes: bool) -> dict[str, Any]:
    """Remove every subscription for a URL, and the service user that was made for it.

    Returns:
        The document for `--json`.

    Raises:
        CliError: Something is wrong; what was done before is continued by the next run.
    """
    name = service_user_name(destination.name, url)
    changes = compare((), find_subscriptions(destination.client, url))
    has_user = _has_service_user(destination, name)
    err.print(f"Unsubscribe {url} at {destination.base_url}")
    _print_items("-", changes.removed)
    if has_user:
        err.print(f"  - service user {name}")
    has_work = bool(changes) or has_user
    if has_work and not dry_run:
        confirm("Go on?", yes=yes)
        apply_changes(changes, destination.client)
        if has_user:
            delete_service_user(destination.client, name)
    if not has_work:
        err.print("Nothing to do")
    return _document("unsubscribe" if has_work else "none", url, changes)


def require_hooks(hooks: Hooks) -> Hooks:
    """Require hooks that are known.

    Raises:
        InvalidPlugin: The plugin is not made with the framework.
    """
    if not hooks.has_framework:
        raise InvalidPlugin(
            "The plugin's hooks are unknown, as its handler is not that of a Plugin: make it one with biot_plugin"
        )
    return hooks


def _has_service_user(destination: Destination, name: str) -> bool:
    try:
        return has_service_user(destination.client, name)
    except Refusal as error:
        # Whoever may not search service users has made none.
        if error.status_code == _FORBIDDEN:
            return False
        raise


def _print_plan(destination: Destination, url: str, changes: SubscriptionChanges, file: Path | None) -> None:
    err.print(f"Subscribe {url} at {destination.base_url}")
    if file is not None:
        err.print(f"  + service user {service_user_name(destination.name, url)}, credentials in {file}")
    for sign, items in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
        _print_items(sign, items)
    if not changes and file is None:
        err.print("Nothing to do")


def _print_items(sign: str, items: Iterable[Subscription]) -> None:
    for item in items:
        err.print(f"  {sign} {item}")


def _document(action: str, url: str, changes: SubscriptionChanges) -> dict[str, Any]:
    parts = {"added": changes.added, "removed": changes.removed, "changed": changes.changed}
    return {"action": action, "url": url} | {name: [str(item) for item in items] for name, items in parts.items()}
