"""The table of entity types: their APIs and built-in attributes (contract sections 2.9, 3.2 and 3.3)."""

from __future__ import annotations

from biot_emulator.services.entities.errors import (
    AlertNotFound,
    CommandNotFound,
    DeviceNotFound,
    GenericEntityNotFound,
    OrganizationNotFound,
    SessionNotFound,
    UserNotFound,
)
from biot_emulator.services.entities.type_apis import (
    alert_apis,
    command_apis,
    creation_by_template,
    crud,
    device_apis,
    person_apis,
    session_apis,
)
from biot_emulator.services.entities.type_definition import EntityType

__all__ = ["ENTITY_TYPES"]


_ORGANIZATIONS = "/organization/v1/organizations"
_USERS = "/organization/v1/users"
_PATIENTS = f"{_USERS}/patients"
_DEVICES = "/device/v2/devices"
_OF_DEVICES = "/device/v1/devices"
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
        "device",
        device_apis(_DEVICES),
        DeviceNotFound,
        mandatory={"_id": str},
        defaults={"_status": {"_certificateStatus": "NOT_INSTALLED", "_connection": {"_connected": False}}},
        references={**_OWNED, "_patient": "patient", "_registrationCode": "registration-code"},
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
        session_apis(_OF_DEVICES),
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
        command_apis(_OF_DEVICES),
        CommandNotFound,
        defaults={"_supportStop": True, "_timeoutInSeconds": 60},
        references={**_OWNED, "_device": "device"},
        parent=("_device", "deviceId"),
        started="_startTime",
    ),
    EntityType(
        "generic-entity",
        {**crud(_GENERIC), **creation_by_template(_GENERIC), **crud(_GENERIC_3)},
        GenericEntityNotFound,
        mandatory={"_name": str},
        references=_OWNED,
    ),
)
"""Every entity type that has APIs here."""
