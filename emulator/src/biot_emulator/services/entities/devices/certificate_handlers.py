"""Handlers of the APIs of devices' certificates."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entities.certificates.catalogue import TYPES
from biot_emulator.services.entities.handlers import EntityHandlers

__all__ = ["activate", "create", "delete"]

_DEVICE = "device"


def create(service: EntityHandlers, call: Call) -> ApiResponse:
    """Issue a certificate, and its private key, which nobody can read again."""
    device, type = _device_id(service, call), _type(call)
    issued = service.certificates.issue(device, type)
    service.changes.record(_DEVICE, "_generateCertificate", call, service.entities.read(_DEVICE, device))
    body = {
        "caCertificate": issued.authority,
        "certificate": issued.certificate,
        "certificateId": issued.id,
        "connectionClientId": device,
        "privateKey": issued.private_key,
    }
    return ApiResponse(201, body)


def activate(service: EntityHandlers, call: Call) -> ApiResponse:
    """Activate a certificate."""
    device, type = _device_id(service, call), _type(call)
    with service.entities.transaction():
        service.certificates.activate(device, type)
        _update_status(service, call, device, "_activateCertificate")
    return ApiResponse(200)


def delete(service: EntityHandlers, call: Call) -> ApiResponse:
    """Revoke a certificate; nothing happens where there is none."""
    device, type = _device_id(service, call), _type(call)
    with service.entities.transaction():
        if service.certificates.revoke(device, type):
            _update_status(service, call, device, "_revokeCertificate")
    return ApiResponse(204)


def _update_status(service: EntityHandlers, call: Call, id: str, action: str) -> None:
    old = service.entities.read(_DEVICE, id)
    status = {**(old.get("_status") or {}), "_certificateStatus": service.certificates.status(id)}
    device = service.entities.set_own(_DEVICE, id, {"_status": status})
    service.changes.record(_DEVICE, action, call, device, old)


def _device_id(service: EntityHandlers, call: Call) -> str:
    return str(service.entities.read(_DEVICE, call.variables["id"])["_id"])


def _type(call: Call) -> str:
    type = next(iter(call.query.get("type", ())), "PRODUCTION")
    if type not in TYPES:
        raise BadRequest(f"The parameter [type] must be one of {', '.join(TYPES)}")
    return type
