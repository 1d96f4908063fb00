"""Checks the subscriptions that the decorators declare (contract sections 2.9 and 3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.hooks.interceptable import Interceptable
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["check_subscriptions"]


def check_subscriptions(plugin: Plugin, hooks: Hooks, interceptable: Interceptable) -> Iterator[Finding]:
    """Find the subscriptions that the platform rejects, and those that never receive anything.

    Args:
        plugin: The plugin.
        hooks: Its hooks.
        interceptable: What can be intercepted.
    """
    yield from _check_order(plugin.manifest.interception_order, plugin.location_of("interception-order"))
    for interception, location in _with_locations(plugin, hooks, "interceptions"):
        yield from _check_order(interception.get("order"), location)
        if "apiId" in interception:
            yield from _check_api(interception["apiId"], interceptable, location)
        else:
            yield from _check_entity_type(interception["entityTypeName"], interceptable, location)
    for notification, location in _with_locations(plugin, hooks, "notifications"):
        yield from _check_notification(notification["entityTypeName"], notification["actionName"], location)


def _with_locations(plugin: Plugin, hooks: Hooks, name: str) -> Iterator[tuple[Mapping[str, Any], SourceLocation]]:
    for subscription, location in zip(hooks.subscriptions[name], hooks.locations.get(name, ()), strict=False):
        yield subscription, plugin.relative(location)


def _check_order(order: int | None, location: SourceLocation) -> Iterator[Finding]:
    from biot_emulator.services.settings.configured_subscriptions import RESERVED_ORDER

    if order is not None and order >= RESERVED_ORDER:
        is_reserved = order == RESERVED_ORDER
        code, problem = ("reserved", "is reserved for the platform") if is_reserved else ("invalid", "is too large")
        advice = f"choose one below {RESERVED_ORDER}"
        yield Finding.error(f"order-{code}", f"The order {order} {problem}", advice, location)


def _check_api(api_id: str, interceptable: Interceptable, location: SourceLocation) -> Iterator[Finding]:
    if interceptable.has_api(api_id):
        return
    similar = interceptable.nearest_api(api_id)
    yield Finding.error(
        "api-id-unknown",
        f"{api_id} cannot be intercepted: it is not in {interceptable.source}",
        _advice(f"write {similar}, if that is meant" if similar else "choose another API", interceptable),
        location,
    )


def _check_entity_type(name: str, interceptable: Interceptable, location: SourceLocation) -> Iterator[Finding]:
    if name in interceptable.entity_types:
        return
    known = ", ".join(sorted(interceptable.entity_types))
    yield Finding.error(
        "entity-type-unknown",
        f"Entities of type {name} cannot be adapted: the type is not in {interceptable.source}",
        _advice(f"write one of {known}", interceptable),
        location,
    )


def _advice(advice: str, interceptable: Interceptable) -> str:
    return advice if interceptable.is_online else f"{advice}, or ask the platform with biot-plugin check --online"


def _check_notification(entity_type: str, action: str, location: SourceLocation) -> Iterator[Finding]:
    from biot_emulator.services.dispatcher.notifiable_actions import ACTION_NAMES, ENTITY_TYPE_NAMES, NOTIFIABLE_ACTIONS

    for noun, name, known in (("entity type", entity_type, ENTITY_TYPE_NAMES), ("action", action, ACTION_NAMES)):
        if name not in known:
            code = f"{noun.replace(' ', '-')}-unknown"
            message = f"There are no notifications of the {noun} {name}"
            yield Finding.error(code, message, f"write one of {', '.join(sorted(known))}", location)
    notified_actions = NOTIFIABLE_ACTIONS.get(entity_type, ())
    if notified_actions and action in ACTION_NAMES and action not in notified_actions:
        yield Finding.warning(
            "never-notified",
            f"The platform accepts the action {action} of {entity_type}, but never sends such a notification",
            f"write one of {', '.join(sorted(notified_actions))}",
            location,
        )
