"""The table of entity types: their APIs and built-in attributes (contract sections 2.9, 3.2 and 3.3)."""

from __future__ import annotations

from biot_emulator.services.entities.errors import (
    AlertNotFound,
    CommandNotFound,
    DeviceNotFound,
    GenericEntityNotFound,
    OrganizationNotFound,
    RegistrationCodeNotFound,
    SessionNotFound,
    UserNotFound,
)
from biot_emulator.services.entities.type_apis import alert_apis, creation_by_template, crud, crud_by_id, person_apis
from biot_emulator.services.entities.type_definition import EntityType

__all__ = ["ENTITY_TYPES"]


_ORGANIZATIONS = "/organization/v1/organizations"
_REGISTRATION_CODES = "/organization/v1/registration-codes"
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
        {**crud(_ORGANIZATIONS), **creation_by_template(_ORGANIZATIONS)},
        OrganizationNotFound,
        mandatory={"_name": str},
        references={**_OWNED, "_primaryAdministrator": "organization-user"},
    ),
    EntityType(
        "organization-user",
        person_apis(f"{_USERS}/organizations"),
        UserNotFound,
        mandatory={"_name": dict},
        defaults=_PERSON,
        references=_OWNED,
        person=True,
    ),
    EntityType(
        "caregiver",
        person_apis(f"{_USERS}/caregivers"),
        UserNotFound,
        mandatory={"_name": dict},
        defaults=_PERSON,
        references=_OWNED,
        person=True,
    ),
    EntityType(
        "patient",
        person_apis(_PATIENTS),
        UserNotFound,
        mandatory={"_name": dict},
        defaults={**_PERSON, "_canLogin": False},
        references={**_OWNED, "_caregiver": "caregiver"},
        person=True,
    ),
    EntityType(
        "patient-alert",
        alert_apis(_PATIENTS, "patientId"),
        AlertNotFound,
        defaults=_ALERT,
        references={**_OWNED, "_patient": "patient"},
        parent=("_patient", "patientId"),
        started="_setDateTime",
    ),
    EntityType(
        "registration-code",
        {**crud(_REGISTRATION_CODES), **creation_by_template(_REGISTRATION_CODES)},
        RegistrationCodeNotFound,
        mandatory={"_code": str},
        references=_OWNED,
    ),
    EntityType(
        "device",
        {**crud(_DEVICES), **creation_by_template(_DEVICES)},
        DeviceNotFound,
        mandatory={"_id": str},
        defaults={"_status": {"_certificateStatus": "NOT_INSTALLED", "_connection": {"_connected": False}}},
        references={**_OWNED, "_patient": "patient"},
        own_id=True,
    ),
    EntityType(
        "device-alert",
        alert_apis(_OF_DEVICES, "deviceId"),
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
            **crud_by_id(_SESSIONS),
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
        {**crud(_GENERIC), f"POST{_GENERIC_3}": "create", f"GET{_GENERIC_3}": "search", **crud_by_id(_GENERIC_3)},
        GenericEntityNotFound,
        mandatory={"_name": str},
        references=_OWNED,
    ),
)
"""Every entity type that has APIs here."""
