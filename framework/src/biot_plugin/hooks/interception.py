"""The hooks of interceptors: calls of an API, and entities of a type (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biot_plugin.events.json_members import optional_text
from biot_plugin.hooks.api_id import ApiId, concrete_segments, with_values
from biot_plugin.hooks.base import Hook, validate_entity_type
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from biot_plugin.events.interception import Interception
    from biot_plugin.events.response_interception import AdaptEntity


class ApiHook(Hook):
    """PRE_REQUEST or POST_REQUEST of one API."""

    __slots__ = ("api_id", "order", "parsed")

    def __init__(
        self, kind: Kind, api_id: str, order: int | None, path_variables: Mapping[str, str] | None = None
    ) -> None:
        try:
            self.parsed = ApiId.parse(api_id)
        except ValueError as error:
            raise ValueError(f"{api_id!r} is not an API id: {error}") from None
        if path_variables:
            api_id = with_values(api_id, path_variables)
            self.parsed = ApiId.parse(api_id)
        super().__init__(kind, self.parsed.key, self.parsed.specificity)
        self.api_id = api_id
        self.order = _validate_order(order)

    def matches(self, event: Interception) -> bool:
        """Whether the event's API and path variables match."""
        return event.api_id == self.api_id or self.parsed.matches(*segments_of(event))

    def __str__(self) -> str:
        return f"{self.kind.name} {self.api_id}"


def segments_of(event: Interception) -> tuple[str, tuple[str | None, ...]]:
    """Return the method and the segments of the call that an event intercepts, with values in place of variables."""
    path = optional_text(event.request._json, "path")  # Only a PRE_REQUEST certainly has one.
    return concrete_segments(event.api_id or "", event.request.path_variables, path or "")


class EntityHook(Hook):
    """ADAPT_ENTITY of one entity type."""

    __slots__ = ("entity_type", "order")

    def __init__(self, entity_type: str, order: int | None) -> None:
        super().__init__(Kind.ADAPT_ENTITY, validate_entity_type(entity_type))
        self.entity_type = entity_type
        self.order = _validate_order(order)

    def matches(self, event: AdaptEntity[Any]) -> bool:
        """Whether the event's entities are of the type."""
        return event.entity_name == self.entity_type

    def __str__(self) -> str:
        return f"{self.kind.name} {self.entity_type}"


def _validate_order(order: int | None) -> int | None:
    if order is not None and (isinstance(order, bool) or order < 1):
        raise ValueError(f"the order must be a positive number, not {order!r}")
    return order
