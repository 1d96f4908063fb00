"""Handlers of the APIs of alerts, of patients and devices alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.alerts.errors import (
    AlertParentNotFound,
    ClearNotesOnOpenAlert,
    IllegalStateChange,
    IncorrectParent,
)
from biot_emulator.services.entities.belonging import owner_id
from biot_emulator.services.entities.captions import reference
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.requests import require, without_own
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.state.timestamps import timestamp

__all__ = ["create", "delete", "read", "search_current", "update"]

_CLEARED = "CLEARED"
_OPEN = ("ACTIVE", "SUSPENDED")
_NOT_NULL = ("_state", "_severity")

Alert = dict[str, Any]


def create(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Create an alert."""
    with service.entities.transaction():
        parent, attribute = _parent(service, call, entity_type), entity_type.parent[0]
        body = without_own(call.object, {attribute: {"id": parent["_id"]}}, (attribute,))
        # A null is as good as nothing where there is a default.
        body = {name: value for name, value in body.items() if value is not None or name not in _NOT_NULL}
        alert = service.entities.create(
            entity_type.name,
            {**body, attribute: {"id": parent["_id"]}},
            organization_id=owner_id(parent),
            template=call.variables.get("templateName"),
        )
        alert = _completed(service, call, entity_type, alert, {})
    service.changes.record(entity_type.name, "_create", call, alert)
    return ApiResponse(201, alert)


def read(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Return an alert."""
    return ApiResponse(200, _alert(service, call, entity_type))


def update(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Change an alert, or clear it."""
    with service.entities.transaction():
        old = _alert(service, call, entity_type)
        for name in _NOT_NULL:
            if name in call.object:
                require(call.object, name)
        alert, old = service.entities.update(entity_type.name, old["_id"], call.object)
        alert = _completed(service, call, entity_type, alert, old)
    cleared = alert["_state"] == _CLEARED != old["_state"]
    service.changes.record(entity_type.name, "_clear" if cleared else "_update", call, alert, old)
    return ApiResponse(200, alert)


def delete(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Delete an alert."""
    with service.entities.transaction():
        alert = service.entities.delete(entity_type.name, _alert(service, call, entity_type)["_id"])
    service.changes.record(entity_type.name, "_delete", call, alert)
    return ApiResponse(204)


def search_current(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Search the patients or devices that have open alerts, and return each with these."""
    return service.search_parents(call, entity_type, "_alerts", _OPEN)


def _completed(
    service: EntityHandlers, call: Call, entity_type: EntityType, alert: Alert, old: Mapping[str, Any]
) -> Alert:
    """Add to an alert when, how and by whom it was cleared, once it is."""
    state = alert["_state"]
    if old.get("_state") == _CLEARED != state:
        message = f"An alert that is {_CLEARED} cannot become {state}: create another one"
        raise IllegalStateChange(message, oldState=_CLEARED, newState=state)
    if state != _CLEARED and alert.get("_clearNotes") is not None:
        raise ClearNotesOnOpenAlert(f"An alert that is {state} cannot have [_clearNotes]: clear it")
    if state != _CLEARED or old.get("_state") == _CLEARED:
        return alert
    by_person = call.caller is not None and not call.caller.is_service
    cleared = {
        "_clearDateTime": timestamp(service.clock.now()),
        "_clearTrigger": "MANUAL" if by_person else "AUTOMATIC",
        "_clearedBy": _person(service, call) if by_person else None,
    }
    return service.entities.set_own(entity_type.name, alert["_id"], cleared)


def _person(service: EntityHandlers, call: Call) -> Alert | None:
    """Return a reference to the person who calls; None where nobody knows who that is."""
    id = call.caller.subject_id if call.caller else ""
    people = (entity_type.name for entity_type in ENTITY_TYPES if entity_type.person)
    return next((reference(person) for name in people if (person := service.entities.find(name, id))), None)


def _alert(service: EntityHandlers, call: Call, entity_type: EntityType) -> Alert:
    parent, id = _parent(service, call, entity_type), call.variables["id"]
    alert = service.entities.read(entity_type.name, id)
    if (alert.get(entity_type.parent[0]) or {}).get("id") != parent["_id"]:
        message = f"The alert [{id}] is not one of [{parent['_id']}]"
        raise IncorrectParent(message, parentEntityId=parent["_id"], id=id)
    return alert


def _parent(service: EntityHandlers, call: Call, entity_type: EntityType) -> Alert:
    attribute, variable = entity_type.parent
    type_name, id = entity_type.references[attribute], call.variables[variable]
    if type_name == "device":
        return service.entities.read(type_name, id)
    parent = service.entities.find(type_name, id)
    if parent is None:
        raise AlertParentNotFound(f"There is no {type_name} [{id}]", parentEntityId=id)
    return parent
