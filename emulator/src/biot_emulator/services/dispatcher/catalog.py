"""What plugins can subscribe to: the platform's lists of it (contract sections 2.9, 3.3 and 6.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from biot_emulator.api.call import Router

__all__ = [
    "ACTION_NAMES",
    "ENTITY_TYPE_NAMES",
    "NOTIFIABLE_ACTIONS",
    "interceptable_api_ids",
    "interceptable_entities",
    "interceptions",
    "notifiable_actions",
]

_ALL = ("_create", "_delete", "_update")
_PERSON = (*_ALL, "_incomingSms", "_login", "_logout", "_updateEnabledState")
_ALERT = (*_ALL, "_clear")

NOTIFIABLE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "caregiver": _PERSON,
    "command": (*_ALL, "_start", "_stop"),
    "device": (*_ALL, "_activateCertificate", "_command", "_generateCertificate", "_revokeCertificate"),
    "device-alert": _ALERT,
    "generic-entity": _ALL,
    "organization": (*_ALL, "_updateAdmin"),
    "organization-user": _PERSON,
    "patient": (*_PERSON, "_saveMeasurement", "_saveMeasurementBulk"),
    "patient-alert": _ALERT,
    "registration-code": _ALL,
    "usage-session": (*_ALL, "_remotePause", "_remoteResume", "_remoteStart", "_remoteStop"),
}
"""The actions that the platform tells of, by entity type."""

ENTITY_TYPE_NAMES = (
    "device",
    "organization",
    "organization-user",
    "caregiver",
    "patient",
    "usage-session",
    "generic-entity",
    "command",
    "device-alert",
    "patient-alert",
    "registration-code",
)
"""The entity types whose actions can be subscribed to."""
ACTION_NAMES = (
    "_create",
    "_update",
    "_delete",
    "_list",
    "_command",
    "_generateCertificate",
    "_activateCertificate",
    "_revokeCertificate",
    "_operate",
    "_read",
    "_start",
    "_stop",
    "_remoteStart",
    "_remoteStop",
    "_remoteResume",
    "_remotePause",
    "_updateAdmin",
    "_updateEnabledState",
    "_login",
    "_logout",
    "_clear",
    "_manage",
    "_assign",
    "_saveMeasurement",
    "_monitor",
    "_view",
    "_saveMeasurementBulk",
    "_incomingSms",
    "_resendInvitation",
)
"""The actions that can be subscribed to, of which some never happen (contract section 3.3)."""

# APIs that can be intercepted on the platform and that this one does not have. It publishes no entity type for those of
# the last three services: the service's own name stands for it.
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "organization-user": ("POST/organization/v1/invitations/{userId}",),
    "organization": (
        "POST/organization/v1/organizations/admin/{newAdminId}",
        "POST/organization/v1/organizations/first",
    ),
    "patient-alert": ("GET/organization/v1/users/patients/current/alerts",),
    "device": (
        "POST/device/v2/devices/phi",
        "POST/device/v2/devices/{id}/certificate",
        "DELETE/device/v2/devices/{id}/certificate",
        "POST/device/v2/devices/{id}/certificate/activate",
        "GET/device/v2/devices/{id}/connection/details",
        "GET/device/v2/devices/{id}/mqtt-credentials",
        "GET/device/v2/credentials",
        "GET/device/v2/credentials/logger",
        "GET/device/v2/credentials/organization",
        "GET/device/v1/endpoint",
    ),
    "device-alert": ("GET/device/v1/devices/current/alerts",),
    "command": (
        "POST/device/v1/devices/{deviceId}/commands/start",
        "POST/device/v1/devices/{deviceId}/commands/{templateName}/start",
        "POST/device/v1/devices/{deviceId}/commands/{id}/stop",
    ),
    "usage-session": (
        "GET/device/v1/devices/current/usage-sessions",
        "POST/device/v1/devices/{deviceId}/usage-sessions/remote-control/start",
        "POST/device/v1/devices/{deviceId}/usage-sessions/{id}/remote-control/pause",
        "POST/device/v1/devices/{deviceId}/usage-sessions/{id}/remote-control/resume",
        "POST/device/v1/devices/{deviceId}/usage-sessions/{id}/remote-control/stop",
    ),
    "measurement": (
        "POST/measurement/v1/measurements",
        "POST/measurement/v1/measurements/bulk",
        "GET/measurement/v1/measurements/aggregated",
        "GET/measurement/v1/measurements/last",
        "GET/measurement/v1/measurements/raw",
        "GET/measurement/v2/measurements/raw",
    ),
    "file": ("GET/file/v1/files/{id}/download",),
    "report": (
        "GET/dms/v1/data/reports",
        "POST/dms/v1/data/reports/export",
        "GET/dms/v1/data/reports/{id}",
        "DELETE/dms/v1/data/reports/{id}",
    ),
}


def interceptable_api_ids(router: Router) -> list[str]:
    """The ids of the APIs that plugins can intercept, sorted."""
    return sorted(api_id for api_id, _ in _apis(router))


def interceptable_entities(router: Router) -> list[str]:
    """The entity types whose entities plugins can adapt, sorted."""
    return sorted({api.entity_name for api in router if api.entity_name and api.returns_entities})


def interceptions(router: Router) -> list[dict[str, str]]:
    """What can be intercepted, as the settings API lists it: entity types first, then their APIs."""
    of_entities = [(None, name) for name in interceptable_entities(router)]
    return [_interception(router, api_id, name) for api_id, name in (*of_entities, *sorted(_apis(router)))]


def notifiable_actions() -> list[dict[str, str]]:
    """What plugins can be told of, as the settings API lists it."""
    return [
        {
            "entityName": entity,
            "entityDisplayName": _display_name(entity),
            "actionName": action,
            "actionDisplayName": _display_name(action),
        }
        for entity, actions in NOTIFIABLE_ACTIONS.items()
        for action in sorted(actions)
    ]


def _apis(router: Router) -> list[tuple[str, str]]:
    here = [(api.api_id, api.entity_name) for api in router if api.entity_name]
    return here + [(api_id, name) for name, api_ids in _ELSEWHERE.items() for api_id in api_ids]


def _interception(router: Router, api_id: str | None, entity_name: str) -> dict[str, str]:
    if api_id is not None:
        return {"entityTypeName": entity_name, "servicePrefix": f"/{api_id.split('/')[1]}", "apiId": api_id}
    service = next(api.service for api in router if api.entity_name == entity_name and api.returns_entities)
    return {"entityTypeName": entity_name, "servicePrefix": f"/{service}"}


def _display_name(name: str) -> str:
    words = re.sub(r"([A-Z])", r" \1", name.strip("_").replace("-", " "))
    return words[:1].upper() + words[1:].lower()
