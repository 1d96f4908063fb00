"""Handlers of the commands' APIs."""

from __future__ import annotations

from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.belonging import owner_id
from biot_emulator.services.entities.commands.errors import (
    CommandOfAnotherDevice,
    CommandStateChangeInvalid,
    CommandStateDeleteInvalid,
    DeviceInCommandWithSameTemplate,
)
from biot_emulator.services.entities.commands.states import (
    ACTIVE,
    STARTED,
    STOPPED,
    check_state_change,
    expire,
)
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.requests import without_own
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.state.timestamps import timestamp

__all__ = ["command_at", "delete", "read", "search", "start", "stop"]

_COMMAND = "command"
Command = dict[str, Any]


def start(service: EntityHandlers, call: Call) -> ApiResponse:
    """Have a device carry out a command."""
    with service.entities.transaction():
        device = service.entities.read("device", call.variables["deviceId"])
        body = without_own(call.object, {"_device": {"id": device["_id"]}}, ("_device",))
        command = service.entities.create(
            _COMMAND,
            {**body, "_device": {"id": device["_id"]}},
            organization_id=owner_id(device),
            template=call.variables.get("templateName"),
            own={"_state": STARTED, "_startTime": timestamp(service.clock.now())},
        )
        _require_none_alike(service, command)
    service.changes.record(_COMMAND, "_start", call, command)
    service.changes.record("device", "_command", call, device)
    return ApiResponse(201, command)


def read(service: EntityHandlers, call: Call) -> ApiResponse:
    """Return a command."""
    return ApiResponse(200, command_at(service, call))


def search(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Search commands."""
    with service.entities.transaction():
        for state in ACTIVE:
            expire(service.entities, service.entities.having(_COMMAND, "_state", state), service.clock.now())
        return service.search(call, entity_type)


def stop(service: EntityHandlers, call: Call) -> ApiResponse:
    """Have a device stop a command."""
    with service.entities.transaction():
        old = command_at(service, call)
        check_state_change(old["_state"], STOPPED)
        if not old["_supportStop"]:
            message = f"The template [{old['_template']['name']}] does not support that its commands are stopped"
            raise CommandStateChangeInvalid(message, currentState=old["_state"])
        command = service.entities.set_own(_COMMAND, old["_id"], {"_state": STOPPED})
    service.changes.record(_COMMAND, "_stop", call, command, old)
    return ApiResponse(200, command)


def delete(service: EntityHandlers, call: Call) -> ApiResponse:
    """Delete a command that is over."""
    with service.entities.transaction():
        command = command_at(service, call)
        if (state := command["_state"]) in ACTIVE:
            message = f"The command is {state}: only one that is over can be deleted"
            raise CommandStateDeleteInvalid(message, currentState=state)
        service.entities.delete(_COMMAND, command["_id"])
    service.changes.record(_COMMAND, "_delete", call, command)
    return ApiResponse(204)


def _require_none_alike(service: EntityHandlers, command: Command) -> None:
    device, template = command["_device"]["id"], command["_template"]["id"]
    others = service.entities.having(_COMMAND, "_device.id", device)
    for other in expire(service.entities, others, service.clock.now()):
        alike = other["_template"]["id"] == template and other["_id"] != command["_id"]
        if alike and other["_state"] in ACTIVE:
            message = f"The device [{device}] carries out a command of this template: wait, or stop it"
            raise DeviceInCommandWithSameTemplate(message, deviceId=device, templateId=template)


def command_at(service: EntityHandlers, call: Call) -> Command:
    """Return the command at a path, which must be one of the device in it. Raises ApiError."""
    id, device = call.variables["id"], call.variables["deviceId"]
    command = service.entities.read(_COMMAND, id)
    if (command.get("_device") or {}).get("id") != device:
        message = f"The command [{id}] is not one of the device [{device}]"
        raise CommandOfAnotherDevice(message, id=id, deviceId=device)
    [command] = expire(service.entities, [command], service.clock.now())
    return command
