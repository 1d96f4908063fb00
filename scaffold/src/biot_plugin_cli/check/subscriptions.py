"""What `biot-plugin check` finds in the subscriptions that the decorators imply (contract sections 2.9 and 3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.hooks.interceptable import Interceptable
from biot_plugin_cli.hooks.reader import Hooks

__all__ = ["hook_findings"]

At = tuple[str | None, int | None]


def hook_findings(subject: Subject, hooks: Hooks, interceptable: Interceptable) -> Iterator[Finding]:
    """Find the subscriptions that the platform refuses, and those that never have anything to tell.

    Args:
        subject: The plugin.
        hooks: What its decorators say.
        interceptable: What can be intercepted.
    """
    yield from _order(subject.manifest.interception_order, subject.at("interception-order"))
    for one, at in _with_places(subject, hooks, "interceptions"):
        yield from _order(one.get("order"), at)
        yield from _api(one["apiId"], interceptable, at) if "apiId" in one else _adapted(one, interceptable, at)
    for one, at in _with_places(subject, hooks, "notifications"):
        yield from _notification(one["entityTypeName"], one["actionName"], at)


def _with_places(subject: Subject, hooks: Hooks, name: str) -> Iterator[tuple[Mapping[str, Any], At]]:
    for one, place in zip(hooks.subscriptions[name], hooks.places.get(name, ()), strict=False):
        yield one, subject.at_place(place)


def _order(order: int | None, at: At) -> Iterator[Finding]:
    from biot_emulator.services.settings.configured_subscriptions import RESERVED_ORDER

    if order is not None and order >= RESERVED_ORDER:
        kind, said = ("reserved", "is the platform's own") if order == RESERVED_ORDER else ("invalid", "is too great")
        yield Finding.error(f"order-{kind}", f"The order {order} {said}", f"choose one below {RESERVED_ORDER}", at)


def _api(api_id: str, interceptable: Interceptable, at: At) -> Iterator[Finding]:
    if interceptable.has_api(api_id):
        return
    meant = interceptable.nearest_api(api_id)
    yield Finding.error(
        "api-id-unknown",
        f"{api_id} can not be intercepted, as {interceptable.source} does not have it",
        _advice(f"write {meant}, if that is meant" if meant else "choose another API", interceptable),
        at,
    )


def _adapted(one: Mapping[str, Any], interceptable: Interceptable, at: At) -> Iterator[Finding]:
    name = one["entityTypeName"]
    if name in interceptable.entity_types:
        return
    known = ", ".join(sorted(interceptable.entity_types))
    yield Finding.error(
        "entity-type-unknown",
        f"Entities of the type {name} can not be adapted, as {interceptable.source} does not have it",
        _advice(f"write one of {known}", interceptable),
        at,
    )


def _advice(advice: str, interceptable: Interceptable) -> str:
    asked = interceptable.source == "the platform"
    return advice if asked else f"{advice}, or ask the platform itself with biot-plugin check --online"


def _notification(entity_type: str, action: str, at: At) -> Iterator[Finding]:
    from biot_emulator.services.dispatcher.notifiable_actions import ACTION_NAMES, ENTITY_TYPE_NAMES, NOTIFIABLE_ACTIONS

    for code, said, known in (
        ("entity-type-unknown", entity_type, ENTITY_TYPE_NAMES),
        ("action-unknown", action, ACTION_NAMES),
    ):
        if said not in known:
            wrong = f"There is no {'action' if said is action else 'entity type'} {said} to be notified of"
            yield Finding.error(code, wrong, f"write one of {', '.join(sorted(known))}", at)
    notifying = NOTIFIABLE_ACTIONS.get(entity_type, ())
    if notifying and action in ACTION_NAMES and action not in notifying:
        yield Finding.warning(
            "never-notified",
            f"The platform takes the action {action} of {entity_type}, but never notifies of it",
            f"write one of {', '.join(sorted(notifying))}",
            at,
        )
