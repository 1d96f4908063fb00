"""Which endpoints intercept which APIs, in which order (contract sections 2.8, 2.9 and 2.11)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_emulator.behaviour.settings import Interceptors as Behaviour
from biot_emulator.services.dispatcher.execution_order import make_room, scope
from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["INTERCEPTION_TYPES", "Hook", "Interception", "Interceptions"]

INTERCEPTION_TYPES = ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY")
"""The kinds of interceptions."""

_COLLECTION = "interceptions"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hook:
    """What an endpoint subscribes to.

    Attributes:
        type: `PRE_REQUEST`, `POST_REQUEST` or `ADAPT_ENTITY`.
        api_id: The API, for the first two; with values in place of variables, these are path filters too.
        entity_name: The entity type, for the third.
        path_filters: Values that path variables must have.
    """

    type: str
    api_id: str | None = None
    entity_name: str | None = None
    path_filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interception:
    """An endpoint's subscription to a hook.

    Attributes:
        endpoint: The address to call.
        order: Its place among those of the same API or entity type; the lowest is called first.
        type: `PRE_REQUEST`, `POST_REQUEST` or `ADAPT_ENTITY`.
        hook: The API or the entity type.
    """

    endpoint: str
    order: int
    type: str
    hook: str


class Interceptions:
    """The subscriptions of interceptors; a subscription is a document as the dispatcher's API returns it.

    Args:
        store: The state.
        clock: The platform's time.
        apis: The APIs that can be intercepted.
        behaviour: Who is called first.
    """

    def __init__(self, store: Store, clock: Clock, apis: InterceptableApis, behaviour: Behaviour | None = None) -> None:
        self._behaviour = behaviour or Behaviour()
        self._store = store
        self._clock = clock
        self._apis = apis

    def subscribe(self, endpoint: str, hook: Hook, order: int | None = None) -> Document:
        """Subscribe an endpoint to a hook; an existing subscription gets the new order, if any.

        No two share an order: by default, whoever has it moves one up, and so on (contract section 2.8).

        Raises:
            BadRequest: An interception would have to move beyond the highest order.
        """
        key = self._key(endpoint, hook)
        now = timestamp(self._clock.now())
        with self._store.transaction():
            others = [document for document in self.all() if scope(document) == scope(key)]
            existing = next((document for document in others if _is_same(document, key)), None)
            new = {"id": str(uuid.uuid4()), **key, "executionOrder": self._behaviour.default_order, "creationTime": now}
            subscription = {**(existing or new), "lastModifiedTime": now}
            if order is not None:
                subscription["executionOrder"] = order
            for document in make_room(subscription, others, now, self._behaviour.same_order):
                self._store.put(_COLLECTION, document["id"], document)
        return subscription

    def unsubscribe(self, endpoint: str, hook: Hook) -> bool:
        """Remove a subscription; return whether there was one."""
        with self._store.transaction():
            document = self._find(endpoint, hook)
            return document is not None and self._store.delete(_COLLECTION, document["id"])

    def is_subscribed(self, endpoint: str, hook: Hook) -> bool:
        """Whether an endpoint is subscribed to a hook."""
        return self._find(endpoint, hook) is not None

    def all(self) -> list[Document]:
        """Return every subscription."""
        return self._store.all(_COLLECTION)

    def interceptors(
        self,
        type: str,
        *,
        api_id: str | None = None,
        entity_name: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> list[Interception]:
        """Return who intercepts a call, in order: by its API for PRE_REQUEST and POST_REQUEST, else by entity type.

        Args:
            type: `PRE_REQUEST`, `POST_REQUEST` or `ADAPT_ENTITY`.
            api_id: The API's id.
            entity_name: The entity type.
            variables: The call's path variables.
        """
        requested = (type, entity_name if type == "ADAPT_ENTITY" else api_id)
        present = (variables or {}).items()
        interceptors = [
            interception
            for filters, interception in self._store.view(_COLLECTION, _by_scope).get(requested, ())
            if filters.items() <= present
        ]
        descending = self._behaviour.order == "descending"
        return sorted(interceptors, key=lambda interception: interception.order, reverse=descending)

    def remove_endpoint(self, endpoint: str) -> None:
        """Remove every subscription of an endpoint."""
        self._store.delete_where(_COLLECTION, "endpoint", endpoint)

    def move_endpoint(self, endpoint: str, to: str) -> None:
        """Give every subscription of an endpoint to another address."""
        self._store.replace_where(_COLLECTION, "endpoint", endpoint, to)

    def _key(self, endpoint: str, hook: Hook) -> Document:
        filters, api_id = dict(hook.path_filters), hook.api_id
        if api_id:
            api_id, values = self._apis.resolve(api_id)
            filters |= values
        return {
            "type": hook.type,
            "apiId": api_id,
            "entityName": hook.entity_name,
            "endpoint": endpoint,
            "pathFilters": filters or None,
        }

    def _find(self, endpoint: str, hook: Hook) -> Document | None:
        key = self._key(endpoint, hook)
        return next((document for document in self.all() if _is_same(document, key)), None)


def _is_same(document: Document, key: Document) -> bool:
    fields = ("endpoint", "pathFilters")
    return scope(document) == scope(key) and all(document[name] == key[name] for name in fields)


def _interception(document: Document) -> Interception:
    hook = document["apiId"] or document["entityName"]
    return Interception(document["endpoint"], document["executionOrder"], document["type"], hook)


def _by_scope(documents: list[Document]) -> dict[tuple[str, str | None], list[tuple[Document, Interception]]]:
    """Return who intercepts, with the path filters, by what is intercepted."""
    interceptors: dict[tuple[str, str | None], list[tuple[Document, Interception]]] = {}
    for document in documents:
        filtered = (document["pathFilters"] or {}, _interception(document))
        interceptors.setdefault(scope(document), []).append(filtered)
    return interceptors
