"""Handlers of the devices' APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.belonging import (
    check_same_organization,
    delete_with_dependants,
    entities_referring_to,
    owner_id,
)
from biot_emulator.services.entities.certificates.catalogue import TYPES
from biot_emulator.services.entities.commands.states import ACTIVE, expire
from biot_emulator.services.entities.devices.errors import (
    DeletedDeviceHasActiveCommand,
    DeviceHasActiveSession,
    DeviceIsReferredTo,
    RegistrationCodeInUse,
    UpdatedDeviceHasActiveCommand,
)
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.requests import require, without_own
from biot_emulator.services.entities.sessions.states import DONE

__all__ = ["create", "delete", "read_connection", "update", "update_status"]

_DEVICE = "device"
_OWN_STATUS = ("_connection", "_certificateStatus")
_ACTIONS = ("STATUS", "MEASUREMENT", "TOKEN")

Device = dict[str, Any]


def create(service: EntityHandlers, call: Call) -> ApiResponse:
    """Register a device."""
    organization_id = call.caller.organization_id if call.caller else ""
    with service.entities.transaction():
        device = service.entities.create(
            _DEVICE, call.object, organization_id=organization_id, template=call.variables.get("templateName")
        )
        _check_references(service, device, {})
    service.changes.record(_DEVICE, "_create", call, device)
    return ApiResponse(201, device)


def update(service: EntityHandlers, call: Call) -> ApiResponse:
    """Change a device."""
    with service.entities.transaction():
        device, old = service.entities.update(_DEVICE, call.variables["id"], call.object)
        _check_references(service, device, old)
        _check_can_move(service, device, old)
    service.changes.record(_DEVICE, "_update", call, device, old)
    return ApiResponse(200, device)


def delete(service: EntityHandlers, call: Call) -> ApiResponse:
    """Delete a device, which must be doing nothing."""
    with service.entities.transaction():
        id = service.entities.read(_DEVICE, call.variables["id"])["_id"]
        if _in_session(service, id):
            message = f"The device [{id}] is in a session: end that first"
            raise DeviceHasActiveSession(message, attributeName="_id", deviceId=id)
        if _in_command(service, id):
            message = f"The device [{id}] carries out a command: wait, or stop it"
            raise DeletedDeviceHasActiveCommand(message, deviceId=id)
        device = delete_with_dependants(service.entities, _DEVICE, id)
        for type in TYPES:
            service.certificates.revoke(id, type)
    service.changes.record(_DEVICE, "_delete", call, device)
    return ApiResponse(204)


def update_status(service: EntityHandlers, call: Call) -> ApiResponse:
    """Change what a device reports of itself."""
    with service.entities.transaction():
        current = service.entities.read(_DEVICE, call.variables["id"])
        data = require(call.object, "data")
        if isinstance(data, dict):
            data = without_own(data, current["_status"], _OWN_STATUS)
        device, old = service.entities.update(_DEVICE, current["_id"], {"_status": data}, by_platform=True)
    service.changes.record(_DEVICE, "_update", call, device, old)
    return ApiResponse(200, device)


def read_connection(service: EntityHandlers, call: Call) -> ApiResponse:
    """Return by which names a device would send and receive messages."""
    id = service.entities.read(_DEVICE, call.variables["id"])["_id"]
    topics = [
        {"actionEnum": action, "fromDevice": f"{id}/from/{action.lower()}", "toDevice": f"{id}/to/{action.lower()}"}
        for action in _ACTIONS
    ]
    return ApiResponse(200, {"connectionClientId": id, "topicInfoList": topics})


def _check_references(service: EntityHandlers, device: Device, old: Mapping[str, Any]) -> None:
    if device.get("_patient") != old.get("_patient") or owner_id(device) != owner_id(old):
        check_same_organization(device, "_patient")
    if (code := device.get("_registrationCode")) and code != old.get("_registrationCode"):
        others = service.entities.having(_DEVICE, "_registrationCode.id", code["id"])
        if any(other["_id"] != device["_id"] for other in others):
            message = f"The registration code [{code['id']}] is used by another device"
            raise RegistrationCodeInUse(message, registrationCodeId=code["id"])


def _check_can_move(service: EntityHandlers, device: Device, old: Mapping[str, Any]) -> None:
    """Check that a device does nothing, and that nothing refers to it, before it gets to others."""
    id, moved = (
        device["_id"],
        [name for name in ("_ownerOrganization", "_patient") if _id(device, name) != _id(old, name)],
    )
    if moved and _in_session(service, id):
        message = f"The device [{id}] is in a session: end that before you change [{moved[0]}]"
        raise DeviceHasActiveSession(message, attributeName=moved[0], deviceId=id)
    if "_ownerOrganization" not in moved:
        return
    if _in_command(service, id):
        message = (
            f"The device [{id}] carries out a command: wait until it is over before you change [_ownerOrganization]"
        )
        raise UpdatedDeviceHasActiveCommand(message, attributeName="_ownerOrganization", deviceId=id)
    if others := [entity["_id"] for _, _, entity in entities_referring_to(service.entities, _DEVICE, id)]:
        message = (
            f"Sessions, commands or alerts refer to the device [{id}]: delete them before you change its organization"
        )
        raise DeviceIsReferredTo(message, deviceId=id, entityIds=others)


def _id(entity: Mapping[str, Any], attribute: str) -> Any:
    return (entity.get(attribute) or {}).get("id")


def _in_session(service: EntityHandlers, id: str) -> bool:
    return any(session["_state"] != DONE for session in service.entities.having("usage-session", "_device.id", id))


def _in_command(service: EntityHandlers, id: str) -> bool:
    commands = expire(service.entities, service.entities.having("command", "_device.id", id), service.clock.now())
    return any(command["_state"] in ACTIVE for command in commands)
