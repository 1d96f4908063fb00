"""What the entities' APIs refuse, with the codes and details that BioT publishes.

ApiError
├── 400 AttributeIsMandatory, AttributeTypeMismatch
├── 403 CannotDeleteFirstOrganization
├── 404 EntityNotFound: UserNotFound, OrganizationNotFound, DeviceNotFound, GenericEntityNotFound, SessionNotFound,
│       CommandNotFound, AlertNotFound, RegistrationCodeNotFound
├── 404 ParentNotFound, ReferencedEntityNotFound
└── 409 EntityAlreadyExists
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "AlertNotFound",
    "AttributeIsMandatory",
    "AttributeTypeMismatch",
    "CannotDeleteFirstOrganization",
    "CommandNotFound",
    "DeviceNotFound",
    "EntityAlreadyExists",
    "EntityNotFound",
    "GenericEntityNotFound",
    "OrganizationNotFound",
    "ParentNotFound",
    "ReferencedEntityNotFound",
    "RegistrationCodeNotFound",
    "SessionNotFound",
    "UserNotFound",
]


class AttributeIsMandatory(ApiError):
    """An attribute without which there is no such entity is missing."""

    status_code = 400
    code = "ATTRIBUTE_IS_MANDATORY"


class AttributeTypeMismatch(ApiError):
    """An attribute has a value of another type."""

    status_code = 400
    code = "ATTRIBUTE_VALUE_TYPE_MISMATCH"


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


class RegistrationCodeNotFound(EntityNotFound):
    """There is no such registration code."""

    code = "REGISTRATION_CODE_NOT_FOUND"


class ParentNotFound(ApiError):
    """There is no entity that this one would belong to."""

    status_code = 404
    code = "ALERT_PARENT_ENTITY_NOT_FOUND"


class ReferencedEntityNotFound(ApiError):
    """An attribute refers to an entity that there is not."""

    status_code = 404
    code = "REFERENCE_CONFIGURATION_ENTITY_NOT_FOUND"


class EntityAlreadyExists(ApiError):
    """Another entity has this id."""

    status_code = 409
    code = "ENTITY_ALREADY_EXISTS"
