"""The table of entity types: their APIs, and what sets their entities apart (contract sections 2.9 and 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_emulator.services.entities.errors import (
    AlertNotFound,
    CommandNotFound,
    DeviceNotFound,
    EntityNotFound,
    GenericEntityNotFound,
    OrganizationNotFound,
    SessionNotFound,
    UserNotFound,
)

__all__ = ["ENTITY_TYPES", "EntityType"]


@dataclass(frozen=True, slots=True)
class EntityType:
    """One type of entities.

    Attributes:
        name: Its name on the wire.
        apis: What each of its APIs does, by API id: `create`, `read`, `update`, `delete`, `search`, `self` or
            `set_enabled`.
        not_found: The error for an id that no entity has.
        mandatory: What an entity cannot be made without, and the type of its value.
        defaults: What an entity has that was made without it.
        references: The entity type that an attribute refers to; the reference is written as an object with an `id`.
        parent: The attribute that refers to the entity that this one belongs to, and the path variable with its id.
        person: Whether it is somebody who can log in.
        own_id: Whether whoever makes an entity gives its id.
        started: The attribute with the moment from which on it is; none for most.
    """

    name: str
    apis: Mapping[str, str]
    not_found: type[EntityNotFound]
    mandatory: Mapping[str, type] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    parent: tuple[str, str] | None = None
    person: bool = False
    own_id: bool = False
    started: str | None = None


def _one(base: str) -> dict[str, str]:
    one = f"{base}/{{id}}"
    return {f"GET{one}": "read", f"PATCH{one}": "update", f"DELETE{one}": "delete"}


def _all(base: str) -> dict[str, str]:
    return {f"POST{base}": "create", f"GET{base}": "search", **_one(base)}


def _by_template(base: str) -> dict[str, str]:
    return {f"POST{base}/templates/{{templateName}}": "create"}


def _people(base: str) -> dict[str, str]:
    state = f"POST{base}/{{id}}/enabled-state/{{state}}"
    return {**_all(base), **_by_template(base), f"GET{base}/self": "self", state: "set_enabled"}


def _alerts(base: str, parent: str) -> dict[str, str]:
    alerts = f"{base}/{{{parent}}}/alerts"
    creates = {f"POST{alerts}": "create", f"POST{alerts}/{{templateName}}": "create"}
    return {**creates, f"GET{base}/alerts": "search", **_one(alerts)}


_ORGANIZATIONS = "/organization/v1/organizations"
_USERS = "/organization/v1/users"
_PATIENTS = f"{_USERS}/patients"
_DEVICES = "/device/v2/devices"
_OF_DEVICES = "/device/v1/devices"
_SESSIONS = f"{_OF_DEVICES}/{{deviceId}}/usage-sessions"
_COMMANDS = f"{_OF_DEVICES}/{{deviceId}}/commands"
_GENERIC = "/generic-entity/v1/generic-entities"
_GENERIC_3 = "/generic-entity/v3/generic-entities/{templateName}"

_PERSON = {"_invitationAccepted": False, "_enabled": "ENABLED"}
_ALERT = {"_severity": "INFO", "_state": "ACTIVE"}
_OWNED = {"_ownerOrganization": "organization"}

ENTITY_TYPES = (
    EntityType(
        "organization",
        {**_all(_ORGANIZATIONS), **_by_template(_ORGANIZATIONS)},
        OrganizationNotFound,
        mandatory={"_name": str},
        references={**_OWNED, "_primaryAdministrator": "organization-user"},
    ),
    EntityType(
        "organization-user",
        _people(f"{_USERS}/organizations"),
        UserNotFound,
        mandatory={"_name": dict},
        defaults=_PERSON,
        references=_OWNED,
        person=True,
    ),
    EntityType(
        "caregiver",
        _people(f"{_USERS}/caregivers"),
        UserNotFound,
        mandatory={"_name": dict},
        defaults=_PERSON,
        references=_OWNED,
        person=True,
    ),
    EntityType(
        "patient",
        _people(_PATIENTS),
        UserNotFound,
        mandatory={"_name": dict},
        defaults={**_PERSON, "_canLogin": False},
        references={**_OWNED, "_caregiver": "caregiver"},
        person=True,
    ),
    EntityType(
        "patient-alert",
        {**_alerts(_PATIENTS, "patientId")},
        AlertNotFound,
        defaults=_ALERT,
        references={**_OWNED, "_patient": "patient"},
        parent=("_patient", "patientId"),
        started="_setDateTime",
    ),
    EntityType(
        "device",
        {**_all(_DEVICES), **_by_template(_DEVICES)},
        DeviceNotFound,
        mandatory={"_id": str},
        defaults={"_status": {"_certificateStatus": "NOT_INSTALLED", "_connection": {"_connected": False}}},
        references={**_OWNED, "_patient": "patient"},
        own_id=True,
    ),
    EntityType(
        "device-alert",
        {**_alerts(_OF_DEVICES, "deviceId")},
        AlertNotFound,
        defaults=_ALERT,
        references={**_OWNED, "_device": "device"},
        parent=("_device", "deviceId"),
        started="_setDateTime",
    ),
    EntityType(
        "usage-session",
        {
            f"POST{_SESSIONS}": "create",
            f"POST{_SESSIONS}/usage-type/{{usageType}}": "create",
            f"GET{_OF_DEVICES}/usage-sessions": "search",
            **_one(_SESSIONS),
        },
        SessionNotFound,
        mandatory={"_state": str},
        defaults={
            "_initiator": "EXTERNAL",
            "_requiredMeasurementIntervalMilliseconds": 0,
            "_sessionContext": "",
            "_summary": {},
        },
        references={**_OWNED, "_device": "device", "_patient": "patient"},
        parent=("_device", "deviceId"),
        started="_startTime",
    ),
    EntityType(
        "command",
        {
            f"GET{_OF_DEVICES}/commands": "search",
            f"GET{_COMMANDS}/{{id}}": "read",
            f"DELETE{_COMMANDS}/{{id}}": "delete",
        },
        CommandNotFound,
        defaults={"_state": "IN_PROGRESS", "_supportStop": False, "_timeoutInSeconds": 60},
        references={**_OWNED, "_device": "device"},
        parent=("_device", "deviceId"),
        started="_startTime",
    ),
    EntityType(
        "generic-entity",
        {**_all(_GENERIC), f"POST{_GENERIC_3}": "create", f"GET{_GENERIC_3}": "search", **_one(_GENERIC_3)},
        GenericEntityNotFound,
        mandatory={"_name": str},
        references=_OWNED,
    ),
)
"""Every entity type that has APIs here."""
