"""The subscriptions in a plugin's configuration: how they are read, and made (contract section 6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.services.dispatcher.errors import SubscriberNotFound, SubscriptionAlreadyExists
from biot_emulator.services.dispatcher.execution_order import DEFAULT_ORDER, HIGHEST_ORDER
from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.services.dispatcher.interceptions import INTERCEPTION_TYPES, Hook, Interceptions
from biot_emulator.services.dispatcher.notifiable_actions import ACTION_NAMES, ENTITY_TYPE_NAMES
from biot_emulator.services.dispatcher.notification_subscriptions import Action, NotificationSubscriptions
from biot_emulator.services.settings.errors import CorrectApiIdForType, InterceptionConfigurationNotFound, OrderReserved

__all__ = ["RESERVED_ORDER", "PluginSubscriptions", "SubscriptionsConfig"]

RESERVED_ORDER = HIGHEST_ORDER
"""The order that no plugin may have by default; which one it is on the platform is not published."""

SubscriptionsConfig = dict[str, Any]
"""The field `subscriptions`: `interceptionOrder`, and the lists `interceptions` and `notifications`."""
_Orders = Mapping[tuple[str, str | None, str | None], int]
"""The order of each interception, by type, API id and entity name."""


class PluginSubscriptions:
    """Reads the subscriptions that plugins configure, and makes them.

    Args:
        apis: The APIs that can be intercepted.
        interceptions: The subscriptions of interceptors.
        notifications: The subscriptions to actions.
        reserved_order: The order that no plugin may have.
    """

    def __init__(
        self,
        apis: InterceptableApis,
        interceptions: Interceptions,
        notifications: NotificationSubscriptions,
        reserved_order: int = RESERVED_ORDER,
    ) -> None:
        self._reserved_order = reserved_order
        self._apis = apis
        self._interceptions = interceptions
        self._notifications = notifications

    def read(self, fields: Fields, current: SubscriptionsConfig) -> SubscriptionsConfig:
        """Return a plugin's configured subscriptions: a list that was sent replaces the current one.

        Args:
            fields: The configuration's `subscriptions`.
            current: The configured subscriptions so far.

        Raises:
            ApiError: A field is not valid, or nothing of its kind can be subscribed to.
        """
        config = {"interceptionOrder": DEFAULT_ORDER, "interceptions": [], "notifications": [], **current}
        if fields.present("interceptionOrder"):
            config["interceptionOrder"] = self._order(fields, "interceptionOrder")
        if fields.present("interceptions"):
            config["interceptions"] = _unique(self._interception(hook) for hook in fields.each("interceptions"))
        if fields.present("notifications"):
            config["notifications"] = _unique(_notification(action) for action in fields.each("notifications"))
        return config

    def apply(self, endpoint: str, fields: Fields, config: SubscriptionsConfig, before: SubscriptionsConfig) -> None:
        """Subscribe an endpoint to what is configured, and unsubscribe it from what was configured before.

        What somebody subscribed or unsubscribed by hand is done already; lists that were not sent are left alone.

        Args:
            endpoint: The plugin's address.
            fields: The configuration's `subscriptions`, as they were sent.
            config: What `read` made of them.
            before: The configured subscriptions so far.
        """
        if fields.present("interceptionOrder", "interceptions"):
            self._apply_interceptions(endpoint, _orders(config), _orders(before))
        if fields.present("notifications"):
            self._apply_notifications(endpoint, config["notifications"], before.get("notifications", ()))

    def remove_endpoint(self, endpoint: str) -> None:
        """Remove every subscription of an endpoint."""
        self._interceptions.remove_endpoint(endpoint)
        self._notifications.remove_endpoint(endpoint)

    def move_endpoint(self, endpoint: str, to: str) -> None:
        """Give every subscription of an endpoint to another address."""
        self._interceptions.move_endpoint(endpoint, to)
        self._notifications.move_endpoint(endpoint, to)

    def _apply_interceptions(self, endpoint: str, orders: _Orders, before: _Orders) -> None:
        for key in before.keys() - orders.keys():
            self._interceptions.unsubscribe(endpoint, Hook(*key))
        for key, order in orders.items():
            hook = Hook(*key)
            # What is unchanged keeps its place: others of its order may have moved it since (contract section 2.8).
            unchanged = before.get(key) == order
            if not unchanged or not self._interceptions.is_subscribed(endpoint, hook):
                self._interceptions.subscribe(endpoint, hook, order)

    def _apply_notifications(
        self, endpoint: str, actions: Sequence[dict[str, str]], before: Sequence[dict[str, str]]
    ) -> None:
        for action in before:
            if action not in actions:
                with suppress(SubscriberNotFound):
                    self._notifications.unsubscribe(endpoint, _action(action))
        for action in actions:
            with suppress(SubscriptionAlreadyExists):
                self._notifications.subscribe(endpoint, _action(action))

    def _interception(self, fields: Fields) -> dict[str, Any]:
        type = fields.choice("type", INTERCEPTION_TYPES)
        api_id, entity_name = fields.optional_text("apiId"), fields.optional_text("entityTypeName")
        if (api_id is None) != (type == "ADAPT_ENTITY"):
            correct = "null" if type == "ADAPT_ENTITY" else "not null"
            message = f"The [apiId] of an interception of type [{type}] must be {correct}"
            raise CorrectApiIdForType(message, type=type, correctValue=correct, apiId=api_id)
        if api_id is None:
            _check_known(entity_name, "entityTypeName", entity_name in self._apis.entity_names())
        else:
            _check_known(api_id, "apiId", self._apis.resolve(api_id)[0] in self._apis.api_ids())
        order = self._order(fields, "order") if fields.present("order") else None
        interception = {"type": type, "apiId": api_id, "entityTypeName": entity_name, "order": order}
        return {name: value for name, value in interception.items() if value is not None}

    def _order(self, fields: Fields, name: str) -> int:
        order = fields.integer(name)
        if order == self._reserved_order:
            raise OrderReserved(
                f"The order [{order}] is reserved: choose another one", order=order, reservedOrder=order
            )
        return order


def _check_known(value: str | None, field_name: str, known: bool) -> None:
    if not known:
        message = f"Nothing that can be intercepted has the [{field_name}] [{value}]"
        raise InterceptionConfigurationNotFound(message, value=value, fieldName=field_name)


def _notification(fields: Fields) -> dict[str, str]:
    notification = {
        "entityTypeName": fields.choice("entityTypeName", ENTITY_TYPE_NAMES),
        "actionName": fields.choice("actionName", ACTION_NAMES),
        "templateName": fields.optional_text("templateName"),
    }
    return {name: value for name, value in notification.items() if value}


def _unique(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    unique: list[dict[str, Any]] = []
    for document in documents:
        if document not in unique:
            unique.append(document)
    return unique


def _orders(config: SubscriptionsConfig) -> _Orders:
    """Return the order of each interception; its entity type counts for ADAPT_ENTITY alone."""
    return {
        (hook["type"], hook.get("apiId"), hook["entityTypeName"] if hook["type"] == "ADAPT_ENTITY" else None): (
            hook.get("order") or config["interceptionOrder"]
        )
        for hook in config.get("interceptions", ())
    }


def _action(notification: Mapping[str, str]) -> Action:
    return Action(notification["entityTypeName"], notification["actionName"], notification.get("templateName"))
