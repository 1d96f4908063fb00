"""Which endpoints are notified of which actions (contract section 3.5)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from biot_emulator.services.dispatcher.errors import SubscriberNotFound, SubscriptionAlreadyExists
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["Action", "NotificationSubscriptions"]

_COLLECTION = "notifications"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """What an endpoint is notified of.

    Attributes:
        entity_type: The entity type.
        name: The action, such as `_create`.
        template: The name of the template; None for those of all templates.
    """

    entity_type: str
    name: str
    template: str | None = None


class NotificationSubscriptions:
    """The subscriptions to actions; a subscription is a document as the dispatcher's API returns it.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def subscribe(self, endpoint: str, action: Action) -> Document:
        """Subscribe an endpoint to an action.

        Raises:
            SubscriptionAlreadyExists: It is subscribed already.
        """
        key = _key(endpoint, action)
        with self._store.transaction():
            if self._find(key):
                raise SubscriptionAlreadyExists("The endpoint is subscribed to this action already", **key)
            document = {"id": str(uuid.uuid4()), **key, "creationTime": timestamp(self._clock.now())}
            self._store.put(_COLLECTION, document["id"], document)
        return document

    def unsubscribe(self, endpoint: str, action: Action) -> None:
        """Remove a subscription.

        Raises:
            SubscriberNotFound: There is none.
        """
        key = _key(endpoint, action)
        with self._store.transaction():
            document = self._find(key)
            if document is None:
                raise SubscriberNotFound("The endpoint is not subscribed to this action", **key)
            self._store.delete(_COLLECTION, document["id"])

    def all(self) -> list[Document]:
        """Return every subscription."""
        return self._store.all(_COLLECTION)

    def endpoints(self, action: Action) -> list[str]:
        """Return the endpoints to notify of an action on an entity of a template, each once."""
        requested = {"entityTypeName": action.entity_type, "actionName": action.name}
        endpoints = [
            document["endpoint"]
            for document in self.all()
            if requested.items() <= document.items() and document["templateName"] in (None, action.template)
        ]
        return list(dict.fromkeys(endpoints))

    def remove_endpoint(self, endpoint: str) -> None:
        """Remove every subscription of an endpoint."""
        self._store.delete_where(_COLLECTION, "endpoint", endpoint)

    def move_endpoint(self, endpoint: str, to: str) -> None:
        """Give every subscription of an endpoint to another address."""
        self._store.replace_where(_COLLECTION, "endpoint", endpoint, to)

    def _find(self, key: Document) -> Document | None:
        return next((document for document in self.all() if key.items() <= document.items()), None)


def _key(endpoint: str, action: Action) -> Document:
    return {
        "entityTypeName": action.entity_type,
        "actionName": action.name,
        "endpoint": endpoint,
        "templateName": action.template,
    }
