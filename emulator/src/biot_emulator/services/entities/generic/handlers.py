"""Handlers of the generic entities' APIs, as far as they differ from all others."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.generic.errors import InvalidGenericEntityName
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.type_definition import EntityType

__all__ = ["update"]


def update(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Change a generic entity."""
    body = call.object
    if "_name" in body and not body["_name"]:
        raise InvalidGenericEntityName("The name of a generic entity cannot be empty", name=body["_name"])
    return service.update(call, entity_type)
