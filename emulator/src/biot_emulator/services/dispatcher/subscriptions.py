"""Who intercepts which API, and who is told of which action (contract sections 2.8, 2.9, 2.11 and 3.5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.errors import BadRequest, NotKnown
from biot_emulator.platform import Platform
from biot_emulator.services.errors import SubscriberNotFound, SubscriptionAlreadyExists
from biot_emulator.state.clock import timestamp

__all__ = ["DEFAULT_ORDER", "HIGHEST_ORDER", "Interception", "Subscriptions"]

DEFAULT_ORDER = 1
"""The order of an interception that gives none."""
HIGHEST_ORDER = 2**31 - 1
"""The highest order there is: the platform's orders have 32 bits (contract section 2.11)."""

_INTERCEPTIONS = "interceptions"
_NOTIFICATIONS = "notifications"
_KEY = ("type", "apiId", "entityName", "endpoint", "pathFilters")


@dataclass(frozen=True, slots=True)
class Interception:
    """That an endpoint intercepts.

    Attributes:
        endpoint: The address to call.
        order: Its place among those of the same API or entity type; the lowest is called first.
        type: `PRE_REQUEST`, `POST_REQUEST` or `ADAPT_ENTITY`.
        api_id: The API, for the first two.
        entity_name: The entity type, for the third.
        path_filters: Values that path variables must have.
    """

    endpoint: str
    order: int
    type: str
    api_id: str | None = None
    entity_name: str | None = None
    path_filters: Mapping[str, str] = field(default_factory=dict)


class Subscriptions:
    """Keeps both kinds of subscriptions; a subscription is a document as the dispatcher's API shows it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def intercept(
        self,
        type: str,
        endpoint: str,
        *,
        api_id: str | None = None,
        entity_name: str | None = None,
        path_filters: Mapping[str, str] | None = None,
        order: int | None = None,
    ) -> dict[str, Any]:
        """Subscribe an endpoint to calls; one with the same key gets the new order, where one is given.

        No two share an order: whoever has it moves one up, and so on (contract section 2.8). Values in place of the
        path's variables in `api_id` are path filters too (contract section 2.9).

        Raises:
            BadRequest: An interception would have to move beyond the highest order.
        """
        key = self._key(type, endpoint, api_id, entity_name, path_filters)
        now = timestamp(self._platform.clock.now())
        with self._store.transaction():
            others = [one for one in self.interceptions() if _scope(one) == _scope(key)]
            known = next((one for one in others if _same(one, key)), None)
            fresh = known or {"id": str(uuid.uuid4()), **key, "executionOrder": DEFAULT_ORDER, "creationTime": now}
            fresh = {**fresh, "lastModifiedTime": now}
            if order is not None:
                fresh["executionOrder"] = order
            self._put_in_place(fresh, others, now)
        return fresh

    def ignore(
        self,
        type: str,
        endpoint: str,
        *,
        api_id: str | None = None,
        entity_name: str | None = None,
        path_filters: Mapping[str, str] | None = None,
    ) -> bool:
        """Take back an `intercept`; tell whether there was one."""
        key = self._key(type, endpoint, api_id, entity_name, path_filters)
        with self._store.transaction():
            found = self._intercepting(key)
            return found is not None and self._store.delete(_INTERCEPTIONS, found["id"])

    def intercepts(
        self, type: str, endpoint: str, *, api_id: str | None = None, entity_name: str | None = None
    ) -> bool:
        """Whether an endpoint is subscribed to calls."""
        return self._intercepting(self._key(type, endpoint, api_id, entity_name, None)) is not None

    def interceptions(self) -> list[dict[str, Any]]:
        """Every interception."""
        return self._store.all(_INTERCEPTIONS)

    def interceptors(
        self,
        type: str,
        *,
        api_id: str | None = None,
        entity_name: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> list[Interception]:
        """Who intercepts a call, in order: by its API for PRE_REQUEST and POST_REQUEST, else by its entity type.

        Args:
            type: `PRE_REQUEST`, `POST_REQUEST` or `ADAPT_ENTITY`.
            api_id: The API's id.
            entity_name: The entity type.
            variables: The call's path variables.
        """
        wanted = {"type": type, **({"entityName": entity_name} if type == "ADAPT_ENTITY" else {"apiId": api_id})}
        present = (variables or {}).items()
        found = [
            _interception(one)
            for one in self.interceptions()
            if wanted.items() <= one.items() and (one["pathFilters"] or {}).items() <= present
        ]
        return sorted(found, key=lambda one: one.order)

    def notify(self, entity_type: str, action: str, endpoint: str, template: str | None = None) -> dict[str, Any]:
        """Subscribe an endpoint to an action; without a template, to that of all templates.

        Raises:
            SubscriptionAlreadyExists: It is subscribed already.
        """
        key = _notification(entity_type, action, endpoint, template)
        with self._store.transaction():
            if any(key.items() <= one.items() for one in self.notifications()):
                raise SubscriptionAlreadyExists("The endpoint is subscribed to this action already", **key)
            now = timestamp(self._platform.clock.now())
            document = {"id": str(uuid.uuid4()), **key, "creationTime": now}
            self._store.put(_NOTIFICATIONS, document["id"], document)
        return document

    def forget(self, entity_type: str, action: str, endpoint: str, template: str | None = None) -> None:
        """Take back a `notify`.

        Raises:
            SubscriberNotFound: There was none.
        """
        key = _notification(entity_type, action, endpoint, template)
        with self._store.transaction():
            found = next((one for one in self.notifications() if key.items() <= one.items()), None)
            if found is None:
                raise SubscriberNotFound("The endpoint is not subscribed to this action", **key)
            self._store.delete(_NOTIFICATIONS, found["id"])

    def notifications(self) -> list[dict[str, Any]]:
        """Every subscription to an action."""
        return self._store.all(_NOTIFICATIONS)

    def subscribers(self, entity_type: str, action: str, template: str | None) -> list[str]:
        """The endpoints to be told of an action on an entity of this template; each once."""
        wanted = {"entityTypeName": entity_type, "actionName": action}
        found = [
            one["endpoint"]
            for one in self.notifications()
            if wanted.items() <= one.items() and one["templateName"] in (None, template)
        ]
        return list(dict.fromkeys(found))

    def remove_endpoint(self, endpoint: str) -> None:
        """Take back everything that an endpoint is subscribed to."""
        with self._store.transaction():
            for collection in (_INTERCEPTIONS, _NOTIFICATIONS):
                for one in self._store.all(collection):
                    if one["endpoint"] == endpoint:
                        self._store.delete(collection, one["id"])

    def move_endpoint(self, endpoint: str, to: str) -> None:
        """Call another address for everything that an endpoint is subscribed to."""
        with self._store.transaction():
            for collection in (_INTERCEPTIONS, _NOTIFICATIONS):
                for one in self._store.all(collection):
                    if one["endpoint"] == endpoint:
                        self._store.put(collection, one["id"], {**one, "endpoint": to})

    def template_of(self, api_id: str) -> tuple[str, dict[str, str]]:
        """Give the id of the API with its variables' names, and the values that were written in their place."""
        method, slash, path = api_id.partition("/")
        try:
            api, call = self._platform.router.find(Call(method, slash + path))
        except NotKnown:
            return api_id, {}
        values = {name: value for name, value in call.variables.items() if value != f"{{{name}}}"}
        if any(value.startswith("{") or value.endswith("}") for value in values.values()):
            # A misspelt variable: taken for a value, no call would ever have it.
            return api_id, {}
        return api.api_id, values

    def _key(
        self,
        type: str,
        endpoint: str,
        api_id: str | None,
        entity_name: str | None,
        path_filters: Mapping[str, str] | None,
    ) -> dict[str, Any]:
        filters = dict(path_filters or {})
        if api_id:
            api_id, values = self.template_of(api_id)
            filters |= values
        return dict(zip(_KEY, (type, api_id, entity_name, endpoint, filters or None), strict=True))

    def _intercepting(self, key: dict[str, Any]) -> dict[str, Any] | None:
        return next((one for one in self.interceptions() if _same(one, key)), None)

    def _put_in_place(self, fresh: dict[str, Any], others: list[dict[str, Any]], now: str) -> None:
        by_order = {one["executionOrder"]: one for one in others if one["id"] != fresh["id"]}
        placed: dict[str, Any] | None = fresh
        while placed is not None:
            if placed["executionOrder"] > HIGHEST_ORDER:
                taken = f"The order [{fresh['executionOrder']}] is taken, and nobody can move beyond [{HIGHEST_ORDER}]"
                raise BadRequest(f"{taken}: choose a lower one")
            moved = by_order.get(placed["executionOrder"])
            self._store.put(_INTERCEPTIONS, placed["id"], placed)
            placed = moved and {**moved, "executionOrder": moved["executionOrder"] + 1, "lastModifiedTime": now}


def _scope(one: dict[str, Any]) -> tuple[str, str | None]:
    """Within what no two share an order: an API, or the entity type of ADAPT_ENTITY."""
    return one["type"], one["entityName"] if one["type"] == "ADAPT_ENTITY" else one["apiId"]


def _same(one: dict[str, Any], key: dict[str, Any]) -> bool:
    fields = ("endpoint", "pathFilters")
    return _scope(one) == _scope(key) and all(one[name] == key[name] for name in fields)


def _interception(one: dict[str, Any]) -> Interception:
    return Interception(
        one["endpoint"], one["executionOrder"], one["type"], one["apiId"], one["entityName"], one["pathFilters"] or {}
    )


def _notification(entity_type: str, action: str, endpoint: str, template: str | None) -> dict[str, Any]:
    return {"entityTypeName": entity_type, "actionName": action, "endpoint": endpoint, "templateName": template}
