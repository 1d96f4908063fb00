"""The route table of the entities' services, made from the table of entity types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from biot_emulator.api.health_check import health_check
from biot_emulator.api.permissions import PROTECTED_API
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.services.entities.alerts import handlers as alerts
from biot_emulator.services.entities.commands import handlers as commands
from biot_emulator.services.entities.devices import certificate_handlers as certificates, handlers as devices
from biot_emulator.services.entities.generic import handlers as generic
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.sessions import handlers as sessions
from biot_emulator.services.entities.type_definition import EntityType, Operation
from biot_emulator.services.entities.types import ENTITY_TYPES

__all__ = ["ENTITY_ROUTES"]

_Handler = Callable[..., ApiResponse]

_HANDLERS: Mapping[Operation, _Handler] = {
    "create": EntityHandlers.create,
    "read": EntityHandlers.read,
    "update": EntityHandlers.update,
    "delete": EntityHandlers.delete,
    "search": EntityHandlers.search,
    "self": EntityHandlers.read_self,
    "set_enabled": EntityHandlers.set_enabled,
}
_ALERTS: Mapping[Operation, _Handler] = {
    "create": alerts.create,
    "read": alerts.read,
    "update": alerts.update,
    "delete": alerts.delete,
    "search_current": alerts.search_current,
}
# For types with a behaviour of their own, what handles an operation in the place of what handles it for all others.
_OWN_HANDLERS: Mapping[str, Mapping[Operation, _Handler]] = {
    "patient-alert": _ALERTS,
    "device-alert": _ALERTS,
    "usage-session": {"search_current": sessions.search_current},
    "command": {"search": commands.search},
    "generic-entity": {"update": generic.update},
}
# What is for one type alone, and need not be given it.
_OF_ONE_TYPE: Mapping[str, Mapping[Operation, _Handler]] = {
    "device": {
        "create": devices.create,
        "update": devices.update,
        "delete": devices.delete,
        "update_status": devices.update_status,
        "read_connection": devices.read_connection,
        "create_certificate": certificates.create,
        "activate_certificate": certificates.activate,
        "delete_certificate": certificates.delete,
    },
    "usage-session": {
        "create": sessions.create,
        "read": sessions.read,
        "update": sessions.update,
        "delete": sessions.delete,
        "start": sessions.start,
        "control": sessions.control,
        "delete_orphans": sessions.delete_orphans,
    },
    "command": {
        "start": commands.start,
        "read": commands.read,
        "stop": commands.stop,
        "delete": commands.delete,
    },
}
_PERMISSIONS: Mapping[Operation, str] = {"delete_orphans": "SESSION_DELETE_ORPHANS"}
# What returns no entity, nor a page of them.
_OTHER_RESPONSES: Collection[Operation] = (
    "search_current",
    "delete_orphans",
    "read_connection",
    "create_certificate",
    "activate_certificate",
    "delete_certificate",
)


def _handler(entity_type: EntityType, operation: Operation) -> _Handler:
    if operation in (of_one_type := _OF_ONE_TYPE.get(entity_type.name, {})):
        return of_one_type[operation]
    handlers = {**_HANDLERS, **_OWN_HANDLERS.get(entity_type.name, {})}
    return partial(handlers[operation], entity_type=entity_type)


def _route(entity_type: EntityType, api_id: str, operation: Operation) -> Route:
    method, slash, path = api_id.partition("/")
    return Route(
        method,
        slash + path,
        _handler(entity_type, operation),
        _PERMISSIONS.get(operation, PROTECTED_API),
        entity_name=entity_type.name,
        returns_entities=operation not in _OTHER_RESPONSES,
    )


ENTITY_ROUTES = (
    *(
        Route("GET", f"/{service}/system/healthCheck", health_check, public=True)
        for service in ("device", "generic-entity")
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
