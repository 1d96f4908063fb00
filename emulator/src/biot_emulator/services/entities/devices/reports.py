"""What a device would report: it has nobody to do it here, so that the operator does.

A session or command that was started through the API waits for its device; these functions are what the device says.
"""

from __future__ import annotations

from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.commands.handlers import command_at
from biot_emulator.services.entities.commands.states import (
    COMMAND_STATES,
    check_state_change as check_command_state,
    is_over,
)
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.requests import Form, check_form, choice, flag, record, text
from biot_emulator.services.entities.sessions.checks import SESSION_FORM, check_session
from biot_emulator.services.entities.sessions.handlers import session_at
from biot_emulator.services.entities.sessions.states import DONE, check_state_change
from biot_emulator.state.timestamps import timestamp

__all__ = ["report_command", "report_connection", "report_session"]

_CONNECTION: Form = {"_connected": flag, "_ipAddress": text()}
_COMMAND: Form = {
    "_state": choice(*COMMAND_STATES),
    "_errorMessage": text(0, 255),
    "_status": record(),
    "_summary": record(),
}


def report_connection(service: EntityHandlers, call: Call) -> ApiResponse:
    """Connect a device, or disconnect it."""
    body = call.object
    check_form(body, _CONNECTION, ("_connected",))
    with service.entities.transaction():
        old = service.entities.read("device", call.variables["deviceId"])
        status = old.get("_status") or {}
        connection = {**(status.get("_connection") or {}), "_connected": body["_connected"]}
        if body["_connected"]:
            connection |= {
                "_ipAddress": body.get("_ipAddress") or call.source_ip,
                "_lastConnectedTime": timestamp(service.clock.now()),
            }
        device = service.entities.set_own("device", old["_id"], {"_status": {**status, "_connection": connection}})
    service.changes.record("device", "_update", call, device, old)
    return ApiResponse(200, device)


def report_session(service: EntityHandlers, call: Call) -> ApiResponse:
    """Get a session into another state, as its device does it once it has done what it was told."""
    body: dict[str, Any] = {name: call.object[name] for name in ("_state", "_summary") if name in call.object}
    check_form(body, SESSION_FORM, ("_state",))
    with service.entities.transaction():
        old = session_at(service, call)
        check_state_change(old["_state"], body["_state"])
        changed = {**body, "_summary": {**(old.get("_summary") or {}), **(body.get("_summary") or {})}}
        if body["_state"] == DONE != old["_state"]:
            changed["_endTime"] = timestamp(service.clock.now())
            changed["_summary"] = {"_stopReasonCode": "COMPLETION", **changed["_summary"]}
        session = service.entities.set_own("usage-session", old["_id"], changed)
        check_session(session, service.clock.now())
    service.changes.record("usage-session", "_update", call, session, old)
    return ApiResponse(200, session)


def report_command(service: EntityHandlers, call: Call) -> ApiResponse:
    """Get a command into another state, as its device does it."""
    body = {name: call.object[name] for name in _COMMAND if name in call.object}
    check_form(body, _COMMAND, ("_state",))
    with service.entities.transaction():
        old = command_at(service, call)
        check_command_state(old["_state"], body["_state"])
        ended = {"_endTime": timestamp(service.clock.now())} if is_over(body["_state"]) else {}
        command = service.entities.set_own("command", old["_id"], {**body, **ended})
    service.changes.record("command", "_update", call, command, old)
    return ApiResponse(200, command)
