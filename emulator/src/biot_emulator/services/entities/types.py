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
_REGISTRATION_CODES = "/organization/v1/registration-codes"
_USERS = "/organization/v1/users"
_PATIENTS = f"{_USERS}/patients"
_DEVICES = "/device/v2/devices"
_OF_DEVICES = "/device/v1/devices"
_GENERIC = "/generic-entity/v1/generic-entities"
_GENERIC_3 = "/generic-entity/v3/generic-entities/{templateName}"

ENTITY_TYPES = (
    EntityType(
        "organization",
        {**crud(_ORGANIZATIONS), **creation_by_template(_ORGANIZATIONS)},
        OrganizationNotFound,
    ),
    EntityType(
        "organization-user",
        person_apis(f"{_USERS}/organizations"),
        UserNotFound,
        person=True,
    ),
    EntityType(
        "caregiver",
        person_apis(f"{_USERS}/caregivers"),
        UserNotFound,
        person=True,
    ),
    EntityType(
        "patient",
        person_apis(_PATIENTS),
        UserNotFound,
        person=True,
    ),
    EntityType(
        "patient-alert",
        alert_apis(_PATIENTS, "patientId"),
        AlertNotFound,
        parent=("_patient", "patientId"),
        started="_setDateTime",
    ),
    EntityType(
        "registration-code",
        {**crud(_REGISTRATION_CODES), **creation_by_template(_REGISTRATION_CODES)},
        RegistrationCodeNotFound,
    ),
    EntityType(
        "device",
        device_apis(_DEVICES),
        DeviceNotFound,
        own_id=True,
    ),
    EntityType(
        "device-alert",
        alert_apis(_OF_DEVICES, "deviceId"),
        AlertNotFound,
        parent=("_device", "deviceId"),
        started="_setDateTime",
    ),
    EntityType(
        "usage-session",
        session_apis(_OF_DEVICES),
        SessionNotFound,
        parent=("_device", "deviceId"),
    ),
    EntityType(
        "command",
        command_apis(_OF_DEVICES),
        CommandNotFound,
        parent=("_device", "deviceId"),
        started="_startTime",
    ),
    EntityType(
        "generic-entity",
        {**crud(_GENERIC), **creation_by_template(_GENERIC), **crud(_GENERIC_3)},
        GenericEntityNotFound,
    ),
)
"""Every entity type that has APIs here."""
