"""What a plugin's configuration says that it wants to be called for (contract section 6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Router
from biot_emulator.services.dispatcher.catalog import (
    ACTION_NAMES,
    ENTITY_TYPE_NAMES,
    interceptable_api_ids,
    interceptable_entities,
)
from biot_emulator.services.dispatcher.subscriptions import DEFAULT_ORDER, HIGHEST_ORDER, Subscriptions
from biot_emulator.services.errors import SubscriberNotFound, SubscriptionAlreadyExists
from biot_emulator.services.settings.errors import CorrectApiIdForType, InterceptionConfigurationNotFound, OrderReserved

__all__ = ["RESERVED_ORDER", "PluginSubscriptions"]

RESERVED_ORDER = HIGHEST_ORDER
"""The order that no plugin may have; which one it is on the platform is not published."""

_TYPES = ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY")

Wanted = dict[str, Any]
_Hooks = Mapping[tuple[str, str | None, str | None], int]


class PluginSubscriptions:
    """Reads what plugins want, and subscribes them to it.

    What a plugin wants has `interceptionOrder`, and the lists `interceptions` and `notifications`.
    """

    def __init__(self, router: Router, subscriptions: Subscriptions) -> None:
        self._router = router
        self._subscriptions = subscriptions

    def read(self, fields: Fields, current: Wanted) -> Wanted:
        """What a plugin wants from now on: a list that is given takes the place of the one so far.

        Args:
            fields: The configuration's `subscriptions`.
            current: What it has wanted so far.

        Raises:
            ApiError: It wants what there is not.
        """
        wanted = {"interceptionOrder": DEFAULT_ORDER, "interceptions": [], "notifications": [], **current}
        if fields.present("interceptionOrder"):
            wanted["interceptionOrder"] = self._order(fields, "interceptionOrder")
        if fields.present("interceptions"):
            wanted["interceptions"] = _unique(self._interception(one) for one in fields.each("interceptions"))
        if fields.present("notifications"):
            wanted["notifications"] = _unique(_notification(one) for one in fields.each("notifications"))
        return wanted

    def apply(self, endpoint: str, fields: Fields, wanted: Wanted, before: Wanted) -> None:
        """Subscribe an endpoint to what it wants, and to nothing that it wanted before and does not want any more.

        What somebody took away, or subscribed, by hand is as it should be already; lists that were not sent are left
        alone.

        Args:
            endpoint: The plugin's address.
            fields: The configuration's `subscriptions`, as they were sent.
            wanted: What `read` made of them.
            before: What it has wanted so far.
        """
        if fields.present("interceptionOrder", "interceptions"):
            self._intercept(endpoint, _hooks(wanted), _hooks(before))
        if fields.present("notifications"):
            self._notify(endpoint, wanted["notifications"], before.get("notifications", ()))

    def _intercept(self, endpoint: str, wanted: _Hooks, before: _Hooks) -> None:
        for type, api_id, entity_name in before.keys() - wanted.keys():
            self._subscriptions.ignore(type, endpoint, api_id=api_id, entity_name=entity_name)
        for hook, order in wanted.items():
            type, api_id, entity_name = hook
            # What stays keeps its place: others of its order may have moved it since (contract section 2.8).
            stays = before.get(hook) == order
            if stays and self._subscriptions.intercepts(type, endpoint, api_id=api_id, entity_name=entity_name):
                continue
            self._subscriptions.intercept(type, endpoint, api_id=api_id, entity_name=entity_name, order=order)

    def _notify(self, endpoint: str, wanted: Sequence[dict[str, str]], before: Sequence[dict[str, str]]) -> None:
        for one in before:
            if one not in wanted:
                with suppress(SubscriberNotFound):
                    self._subscriptions.forget(*_action(one, endpoint))
        for one in wanted:
            with suppress(SubscriptionAlreadyExists):
                self._subscriptions.notify(*_action(one, endpoint))

    def _order(self, fields: Fields, name: str) -> int:
        order = fields.integer(name)
        if order == RESERVED_ORDER:
            raise OrderReserved(
                f"The order [{order}] is reserved: choose another one", order=order, reservedOrder=RESERVED_ORDER
            )
        return order

    def _interception(self, fields: Fields) -> dict[str, Any]:
        type = fields.choice("type", _TYPES)
        api_id, entity_name = fields.optional_text("apiId"), fields.optional_text("entityTypeName")
        if (api_id is None) != (type == "ADAPT_ENTITY"):
            correct = "null" if type == "ADAPT_ENTITY" else "not null"
            message = f"The [apiId] of an interception of type [{type}] must be {correct}"
            raise CorrectApiIdForType(message, type=type, correctValue=correct, apiId=api_id)
        if api_id is None:
            self._check(entity_name, "entityTypeName", interceptable_entities(self._router))
        else:
            template, _ = self._subscriptions.template_of(api_id)
            self._check(api_id, "apiId", interceptable_api_ids(self._router), template)
        order = self._order(fields, "order") if fields.present("order") else None
        given = {"type": type, "apiId": api_id, "entityTypeName": entity_name, "order": order}
        return {name: value for name, value in given.items() if value is not None}

    def _check(self, value: str | None, field_name: str, known: list[str], found: str | None = None) -> None:
        if (found or value) not in known:
            message = f"Nothing that can be intercepted has the [{field_name}] [{value}]"
            raise InterceptionConfigurationNotFound(message, value=value, fieldName=field_name)


def _unique(wanted: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for one in wanted:
        if one not in kept:
            kept.append(one)
    return kept


def _notification(fields: Fields) -> dict[str, str]:
    given = {
        "entityTypeName": fields.choice("entityTypeName", ENTITY_TYPE_NAMES),
        "actionName": fields.choice("actionName", ACTION_NAMES),
        "templateName": fields.optional_text("templateName"),
    }
    return {name: value for name, value in given.items() if value}


def _hooks(wanted: Wanted) -> _Hooks:
    """The order of each interception; its entity type counts for ADAPT_ENTITY alone."""
    return {
        (one["type"], one.get("apiId"), one["entityTypeName"] if one["type"] == "ADAPT_ENTITY" else None): (
            one.get("order") or wanted["interceptionOrder"]
        )
        for one in wanted.get("interceptions", ())
    }


def _action(one: dict[str, Any], endpoint: str) -> tuple[str, str, str, str | None]:
    return one["entityTypeName"], one["actionName"], endpoint, one.get("templateName")
