"""What the entities' APIs refuse, with the codes and details that BioT publishes.

ApiError
├── 400 InvalidDeviceName, AlertOfAnotherTemplate, OwnerOrganizationCannotBeNull, SessionOfAnotherTemplate
├── 403 CannotDeleteFirstOrganization
├── 404 EntityNotFound: UserNotFound, OrganizationNotFound, DeviceNotFound, GenericEntityNotFound, SessionNotFound,
│       CommandNotFound, AlertNotFound, RegistrationCodeNotFound
└── 409 CaregiverOfAnotherOrganization, EntityAlreadyExists: DeviceAlreadyExists

Those of attributes and their values are in `templates/errors.py`.
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError
from biot_emulator.services.templates.errors import (
    AttributeIsMandatory,
    AttributeTypeMismatch,
    ReferencedEntityNotFound,
)

__all__ = [
    "AlertNotFound",
    "AlertOfAnotherTemplate",
    "AttributeIsMandatory",
    "AttributeTypeMismatch",
    "CannotDeleteFirstOrganization",
    "CaregiverOfAnotherOrganization",
    "CommandNotFound",
    "DeviceAlreadyExists",
    "DeviceNotFound",
    "EntityAlreadyExists",
    "EntityNotFound",
    "GenericEntityNotFound",
    "InvalidDeviceName",
    "OrganizationNotFound",
    "OwnerOrganizationCannotBeNull",
    "ReferencedEntityNotFound",
    "RegistrationCodeNotFound",
    "SessionNotFound",
    "SessionOfAnotherTemplate",
    "UserNotFound",
]


class CannotDeleteFirstOrganization(ApiError):
    """The first organization stays."""

    status_code = 403
    code = "CANNOT_DELETE_FIRST_ORGANIZATION"


class EntityNotFound(ApiError):
    """There is no such entity."""

    status_code = 404
    code = "ENTITY_NOT_FOUND"


class UserNotFound(EntityNotFound):
    """There is no such patient, caregiver or organization user."""

    code = "USER_NOT_FOUND"


class OrganizationNotFound(EntityNotFound):
    """There is no such organization."""

    code = "ORGANIZATION_NOT_FOUND"


class DeviceNotFound(EntityNotFound):
    """There is no such device."""

    code = "DEVICE_NOT_FOUND"


class GenericEntityNotFound(EntityNotFound):
    """There is no such generic entity."""

    code = "GENERIC_ENTITY_NOT_FOUND"


class SessionNotFound(EntityNotFound):
    """There is no such usage session."""

    code = "SESSION_NOT_FOUND"


class CommandNotFound(EntityNotFound):
    """There is no such command."""

    code = "COMMAND_NOT_FOUND"


class AlertNotFound(EntityNotFound):
    """There is no such alert."""

    code = "ALERT_NOT_FOUND"


class EntityAlreadyExists(ApiError):
    """Another entity has this id."""

    status_code = 409
    code = "ENTITY_ALREADY_EXISTS"


class OwnerOrganizationCannotBeNull(ApiError):
    """A person would belong to no organization."""

    status_code = 400
    code = "OWNER_ORGANIZATION_CANNOT_BE_NULL"


class AlertOfAnotherTemplate(ApiError):
    """The template of an alert is for another template of devices or patients."""

    status_code = 400
    code = "ALERT_TEMPLATE_NOT_CHILD_OF_PARENT_TEMPLATE"


class SessionOfAnotherTemplate(ApiError):
    """The template of a session is for another template of devices."""

    status_code = 400
    code = "SESSION_TEMPLATE_IS_NOT_CHILD_OF_DEVICE_TEMPLATE"


class CaregiverOfAnotherOrganization(ApiError):
    """A patient's caregiver belongs to another organization."""

    status_code = 409
    code = "CAREGIVER_MUST_BE_IN_SAME_ORGANIZATION_AS_PATIENT"


class DeviceAlreadyExists(EntityAlreadyExists):
    """Another device has this id."""

    code = "DEVICE_ID_ALREADY_EXISTS"


class RegistrationCodeNotFound(EntityNotFound):
    """There is no such registration code."""

    code = "REGISTRATION_CODE_NOT_FOUND"


class InvalidDeviceName(ApiError):
    """No device can have this id."""

    status_code = 400
    code = "INVALID_DEVICE_NAME"
