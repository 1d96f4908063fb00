"""One hook that is registered for a URL, as the dispatcher has it (contract sections 2.11 and 3.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["NOTIFICATION", "Subscription", "is_same_url"]

NOTIFICATION = "NOTIFICATION"
"""The type of subscriptions to actions; the other types are those of interceptions."""

_ADAPT_ENTITY = "ADAPT_ENTITY"
_DEFAULT_PORTS = {"https": 443, "http": 80}
_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A hook that the platform calls a URL for.

    Attributes:
        type: `PRE_REQUEST`, `POST_REQUEST`, `ADAPT_ENTITY` or `NOTIFICATION`.
        endpoint: The URL, as the dispatcher has it or is to have it.
        api_id: The API, for `PRE_REQUEST` and `POST_REQUEST`; empty otherwise.
        entity_type: The entity type, for the other two; empty otherwise.
        path_filters: Names and values of path variables that a call must have.
        action: The action, for `NOTIFICATION`.
        template: The template whose entities it is limited to, for `NOTIFICATION`; empty for all.
        order: The order of an interception; None if any is right.
    """

    type: str
    endpoint: str
    api_id: str = ""
    entity_type: str = ""
    path_filters: tuple[tuple[str, str], ...] = ()
    action: str = ""
    template: str = ""
    order: int | None = None

    def __str__(self) -> str:
        """Describe it without its URL, such as `PRE_REQUEST POST/organization/v1/users/patients, order 5`."""
        words = [self.type, *filter(None, (self._filled_api_id(), self.entity_type, self.action))]
        template = f" of template {self.template}" if self.template else ""
        order = "" if self.order is None else f", order {self.order}"
        return f"{' '.join(words)}{template}{order}"

    @property
    def is_notification(self) -> bool:
        """Whether it is a subscription to an action, and no interception."""
        return self.type == NOTIFICATION

    @property
    def key(self) -> tuple[Any, ...]:
        """What identifies it among those of its URL: everything but its order."""
        return self.type, self.api_id, self.entity_type, self.path_filters, self.action, self.template

    @property
    def scope(self) -> tuple[str, str]:
        """Within what no two interceptions share an order, whatever their URL: an API, or an entity type."""
        return self.type, self.entity_type if self.type == _ADAPT_ENTITY else self.api_id

    def body(self) -> dict[str, Any]:
        """Return the body of the request that subscribes it."""
        if self.is_notification:
            names = {"entityTypeName": self.entity_type, "actionName": self.action, "templateName": self.template}
            return {"endpoint": self.endpoint} | {name: value for name, value in names.items() if value}
        hook = {"entityName": self.entity_type} if self.type == _ADAPT_ENTITY else {"apiId": self.api_id}
        filters = {"pathFilters": dict(self.path_filters)} if self.path_filters else {}
        order = {} if self.order is None else {"executionOrder": self.order}
        return {"type": self.type, "endpoint": self.endpoint, **hook, **filters, **order}

    def unsubscribing_body(self) -> dict[str, Any]:
        """Return the body of the request that unsubscribes it: the one that subscribes it, without the order."""
        return {name: value for name, value in self.body().items() if name != "executionOrder"}

    def _filled_api_id(self) -> str:
        values: Mapping[str, str] = dict(self.path_filters)
        return _VARIABLE.sub(lambda variable: values.get(variable[1], variable[0]), self.api_id)


def is_same_url(first: str, second: str) -> bool:
    """Whether two URLs are the same: case of the host, default port and the slash of an empty path do not matter."""
    return _normalized(first) == _normalized(second)


def _normalized(url: str) -> object:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return url
    return parts.scheme, (parts.hostname or "").rstrip("."), port, parts.path or "/", parts.query
