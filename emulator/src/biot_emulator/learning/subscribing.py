"""The interceptions of a run: always for its own template alone, at orders that nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biot_emulator.client import CallRefused, Reply
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import CannotObserve, NotSafe
from biot_emulator.learning.names import ProbeNames

__all__ = ["CREATE_API", "INTERCEPTIONS", "NOTIFICATIONS", "READ_API", "SEARCH_API", "HooksOfRun"]

_GENERIC = "/generic-entity/v3/generic-entities/{templateName}"
CREATE_API = f"POST{_GENERIC}"
"""The API whose calls by name do what a run observes."""
SEARCH_API = f"GET{_GENERIC}"
"""The API whose POST_REQUEST shows what is received of a search."""
READ_API = f"GET{_GENERIC}/{{id}}"
"""An API that shows orders, and is never called."""

INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
"""The subscriptions of interceptors."""

NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"
"""The subscriptions to actions."""

_FIRST = 1000
_GAP = 20
_HIGHEST = 2**31 - 100


class HooksOfRun:
    """Subscribes the probes of a run.

    Args:
        connection: Calls the platform.
        names: The names of the run.
    """

    def __init__(self, connection: Connection, names: ProbeNames) -> None:
        self._connection = connection
        self._names = names
        self.base_order = _FIRST

    def choose_orders(self) -> None:
        """Choose orders that nobody has: whoever is subscribed to an order that is taken moves somebody.

        Raises:
            CannotObserve: Who has which order cannot be read.
        """
        taken = {item.get("executionOrder") for item in self.all()}
        start = _FIRST
        while start < _HIGHEST and not taken.isdisjoint(range(start, start + _GAP)):
            start += _GAP
        self.base_order = start

    def all(self) -> list[dict[str, Any]]:
        """Return all subscriptions of the platform: types, APIs, orders and addresses, no data.

        Raises:
            CannotObserve: They cannot be read.
        """
        items = self._connection.search(INTERCEPTIONS, {})
        if items is None:
            raise CannotObserve(
                "The interceptions of the platform cannot be read, so that it is not known which orders are free: "
                "use a person with the permission HOOKS_INTERCEPTION_SEARCH"
            )
        return items

    def of(self, endpoint: str) -> list[dict[str, Any]]:
        """Return the subscriptions of a probe."""
        return [item for item in self.all() if item.get("endpoint") == endpoint]

    def orders_of_others(self, endpoints: Sequence[str]) -> set[int]:
        """Return the orders of others than these, at any API: how far orders collide is not published."""
        return {item["executionOrder"] for item in self.all() if item.get("endpoint") not in endpoints}

    def subscribe(self, endpoint: str, type: str, on: str, order: int | None) -> dict[str, Any]:
        """Subscribe a probe to the calls of an API, or of an entity type, for the run's own template.

        Raises:
            NotSafe: The platform has not limited it to the template; it is unsubscribed again.
            CannotObserve: The platform refuses it.
        """
        hook = self._hook(endpoint, type, on)
        sent = {**hook, **({} if order is None else {"executionOrder": order})}
        reply = self._connection.call("POST", f"{INTERCEPTIONS}/subscribe", json=sent)
        body = reply.body if isinstance(reply.body, dict) else {}
        if reply.status_code != 201:
            raise CannotObserve(str(CallRefused(f"The subscription to {type}", reply)))
        if body.get("pathFilters") != hook["pathFilters"]:
            self.unsubscribe(endpoint, type, on)
            raise NotSafe(
                f"The platform does not limit {type} to a template: other people's calls would be intercepted"
            )
        return body

    def unsubscribe(self, endpoint: str, type: str, on: str) -> Reply:
        """Unsubscribe a probe."""
        return self._connection.call("POST", f"{INTERCEPTIONS}/unsubscribe", json=self._hook(endpoint, type, on))

    def _hook(self, endpoint: str, type: str, on: str) -> dict[str, Any]:
        key = "entityName" if type == "ADAPT_ENTITY" else "apiId"
        return {"type": type, "endpoint": endpoint, key: on, "pathFilters": {"templateName": self._names.template}}
