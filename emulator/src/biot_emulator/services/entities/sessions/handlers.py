"""Handlers of the usage sessions' APIs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.belonging import owner_id
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.requests import without_own
from biot_emulator.services.entities.sessions.checks import check_device_is_free, check_session
from biot_emulator.services.entities.sessions.errors import (
    SessionInitiatorMismatch,
    SessionMissingPatient,
    SessionNotDone,
    SessionOfAnotherDevice,
)
from biot_emulator.services.entities.sessions.states import CONTROLS, CURRENT, DONE, STARTED, check_state_change
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.state.timestamps import timestamp

__all__ = ["control", "create", "delete", "delete_orphans", "read", "search_current", "session_at", "start", "update"]

_SESSION = "usage-session"
_EXTERNAL, _REMOTE = "EXTERNAL", "REMOTE_CONTROL"
_SET_LATER = ("_state", "_startTime", "_endTime")
_ORPHANS: Mapping[str, str] = {"DEVICE": "_device", "PATIENT": "_patient"}
_MOST_ORPHANS = 500

Session = dict[str, Any]


def create(service: EntityHandlers, call: Call) -> ApiResponse:
    """Create a session that the device itself has begun."""
    return _add(service, call, call.object, _EXTERNAL, "_create")


def start(service: EntityHandlers, call: Call) -> ApiResponse:
    """Create a session, and have the device begin it."""
    body = without_own(call.object, {}, _SET_LATER)
    begun = {"_state": STARTED, "_startTime": timestamp(service.clock.now())}
    return _add(service, call, {**body, **begun}, _REMOTE, "_remoteStart")


def read(service: EntityHandlers, call: Call) -> ApiResponse:
    """Return a session."""
    return ApiResponse(200, session_at(service, call))


def update(service: EntityHandlers, call: Call) -> ApiResponse:
    """Change a session, as its device does it."""
    with service.entities.transaction():
        old = session_at(service, call)
        _require_initiator(old, _EXTERNAL)
        session, old = service.entities.update(_SESSION, old["_id"], call.object)
        check_state_change(old["_state"], session["_state"])
        check_session(session, service.clock.now())
    service.changes.record(_SESSION, "_update", call, session, old)
    return ApiResponse(200, session)


def delete(service: EntityHandlers, call: Call) -> ApiResponse:
    """Delete a session that is done."""
    with service.entities.transaction():
        session = session_at(service, call)
        if (state := session["_state"]) != DONE:
            message = f"The session is {state}: only one that is DONE can be deleted"
            raise SessionNotDone(message, id=session["_id"], state=state)
        service.entities.delete(_SESSION, session["_id"])
    service.changes.record(_SESSION, "_delete", call, session)
    return ApiResponse(204)


def control(service: EntityHandlers, call: Call) -> ApiResponse:
    """Pause, resume or stop a session that was started remotely: the last segment of the path says which."""
    target, action = CONTROLS[call.path.rpartition("/")[2]]
    with service.entities.transaction():
        old = session_at(service, call)
        _require_initiator(old, _REMOTE)
        check_state_change(old["_state"], target, again=False)
        session = service.entities.set_own(_SESSION, old["_id"], {"_state": target})
    service.changes.record(_SESSION, action, call, session, old)
    return ApiResponse(200, session)


def search_current(service: EntityHandlers, call: Call, entity_type: EntityType) -> ApiResponse:
    """Search the devices that are in sessions, and return each with these."""
    return service.search_parents(call, entity_type, "_sessions", CURRENT)


def delete_orphans(service: EntityHandlers, call: Call) -> ApiResponse:
    """Delete sessions whose device or patient was deleted."""
    kind = call.variables["deleteOrphanSessionsEnum"]
    if kind not in _ORPHANS:
        raise BadRequest(f"[{kind}] must be one of {', '.join(_ORPHANS)}")
    with service.entities.transaction():
        orphans = [session for session in service.entities.all(_SESSION) if session.get(_ORPHANS[kind]) is None]
        orphans = orphans[:_MOST_ORPHANS]
        for session in orphans:
            service.entities.delete(_SESSION, session["_id"])
    for session in orphans:
        service.changes.record(_SESSION, "_delete", call, session)
    return ApiResponse(200, {"deletedSessions": orphans})


def _add(service: EntityHandlers, call: Call, body: Session, initiator: str, action: str) -> ApiResponse:
    with service.entities.transaction():
        device = service.entities.read("device", call.variables["deviceId"])
        requested = without_own(body, {"_device": {"id": device["_id"]}}, ("_device",))
        session = service.entities.create(
            _SESSION,
            {**requested, "_device": {"id": device["_id"]}, "_patient": _patient(requested, device)},
            organization_id=owner_id(device),
            template=call.variables.get("usageType"),
            own={"_initiator": initiator},
        )
        check_session(session, service.clock.now())
        check_device_is_free(session, service.entities.having(_SESSION, "_device.id", device["_id"]))
        session = service.entities.set_own(_SESSION, session["_id"], {"_sessionContext": _context(session)})
    service.changes.record(_SESSION, action, call, session)
    return ApiResponse(201, session)


def _patient(requested: Session, device: Mapping[str, Any]) -> Any:
    patient = requested.get("_patient") or device.get("_patient")
    if patient is None:
        message = f"The device [{device['_id']}] has no patient: give the session a [_patient]"
        raise SessionMissingPatient(message, deviceId=device["_id"])
    return patient if requested.get("_patient") else {"id": patient["id"]}


def _context(session: Session) -> str:
    """Return what a device sends with each measurement, so that it is known which session it belongs to."""
    ids = {
        "patientId": session["_patient"]["id"],
        "sessionId": session["_id"],
        "ownerOrganizationId": owner_id(session),
    }
    return base64.b64encode(json.dumps(ids, separators=(",", ":")).encode()).decode()


def session_at(service: EntityHandlers, call: Call) -> Session:
    """Return the session at a path, which must be one of the device in it. Raises ApiError."""
    session = service.entities.read(_SESSION, call.variables["id"])
    device = call.variables["deviceId"]
    if (session.get("_device") or {}).get("id") != device:
        message = f"The session [{session['_id']}] is not one of the device [{device}]"
        raise SessionOfAnotherDevice(message, id=session["_id"], deviceId=device)
    return session


def _require_initiator(session: Session, initiator: str) -> None:
    if session["_initiator"] != initiator:
        how = (
            "through remote-control alone"
            if initiator == _EXTERNAL
            else "by its device alone, not through remote-control"
        )
        message = f"A session that was begun as {session['_initiator']} is changed {how}"
        raise SessionInitiatorMismatch(message, originalInitiator=session["_initiator"], currentInitiator=initiator)
