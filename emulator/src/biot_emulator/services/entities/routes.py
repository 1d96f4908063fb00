"""The route table of the entities' services, made from the table of entity types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from biot_emulator.api.health_check import health_check
from biot_emulator.api.permissions import PROTECTED_API
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.type_definition import EntityType, Operation
from biot_emulator.services.entities.types import ENTITY_TYPES

__all__ = ["ENTITY_ROUTES"]

_HANDLERS: Mapping[Operation, Callable[..., ApiResponse]] = {
    "create": EntityHandlers.create,
    "read": EntityHandlers.read,
    "update": EntityHandlers.update,
    "delete": EntityHandlers.delete,
    "search": EntityHandlers.search,
    "self": EntityHandlers.read_self,
    "set_enabled": EntityHandlers.set_enabled,
}


def _route(entity_type: EntityType, api_id: str, operation: Operation) -> Route:
    method, slash, path = api_id.partition("/")
    handler = partial(_HANDLERS[operation], entity_type=entity_type)
    return Route(method, slash + path, handler, PROTECTED_API, entity_name=entity_type.name, returns_entities=True)


ENTITY_ROUTES = (
    *(
        Route("GET", f"/{service}/system/healthCheck", health_check, public=True)
        for service in ("organization", "device", "generic-entity")
    ),
    *(
        _route(entity_type, api_id, operation)
        for entity_type in ENTITY_TYPES
        for api_id, operation in entity_type.apis.items()
    ),
    Route(
        "GET",
        "/organization/v1/users/self",
        EntityHandlers.read_self_of_any_type,
        PROTECTED_API,
        entity_name="organization-user",
    ),
)
"""Every API of organization, device and generic-entity, with the function that handles it."""
