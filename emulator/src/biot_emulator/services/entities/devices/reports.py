"""What a device would report: it has nobody to do it here, so that the operator does.

A session or command that was started through the API waits for its device; these functions are what the device says.
"""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.commands.handlers import command_at
from biot_emulator.services.entities.commands.states import (
    OVER,
    check_state_change as check_command_state,
)
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.requests import require
from biot_emulator.services.entities.sessions.checks import check_session
from biot_emulator.services.entities.sessions.handlers import session_at
from biot_emulator.services.entities.sessions.states import DONE, check_state_change
from biot_emulator.state.timestamps import timestamp

__all__ = ["report_command", "report_connection", "report_session"]

_OF_COMMANDS = ("_state", "_errorMessage", "_status", "_summary")


def report_connection(service: EntityHandlers, call: Call) -> ApiResponse:
    """Connect a device, or disconnect it."""
    body = call.object
    connection = {"_connected": require(body, "_connected")}
    if body["_connected"]:
        connection["_ipAddress"] = body.get("_ipAddress") or call.source_ip
        connection["_lastConnectedTime"] = timestamp(service.clock.now())
    device, old = service.entities.update(
        "device", call.variables["deviceId"], {"_status": {"_connection": connection}}, by_platform=True
    )
    service.changes.record("device", "_update", call, device, old)
    return ApiResponse(200, device)


def report_session(service: EntityHandlers, call: Call) -> ApiResponse:
    """Get a session into another state, as its device does it once it has carried out the command."""
    state, summary = require(call.object, "_state"), call.object.get("_summary") or {}
    with service.entities.transaction():
        current, ended = session_at(service, call)["_state"], {}
        if state == DONE != current:
            ended = {"_endTime": timestamp(service.clock.now())}
            # Anything but an object is refused below.
            summary = {"_stopReasonCode": "COMPLETION", **summary} if isinstance(summary, dict) else summary
        changed = {"_state": state, "_summary": summary, **ended}
        session, old = service.entities.update("usage-session", call.variables["id"], changed, by_platform=True)
        check_state_change(old["_state"], state)
        check_session(session, service.clock.now())
    service.changes.record("usage-session", "_update", call, session, old)
    return ApiResponse(200, session)


def report_command(service: EntityHandlers, call: Call) -> ApiResponse:
    """Get a command into another state, as its device does it."""
    state = require(call.object, "_state")
    said = {name: call.object[name] for name in _OF_COMMANDS if name in call.object}
    with service.entities.transaction():
        command_at(service, call)
        if state in OVER:
            said["_endTime"] = timestamp(service.clock.now())
        command, old = service.entities.update("command", call.variables["id"], said, by_platform=True)
        check_command_state(old["_state"], state)
    service.changes.record("command", "_update", call, command, old)
    return ApiResponse(200, command)
