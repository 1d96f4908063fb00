"""What is refused of the values of attributes, with the codes and details that BioT publishes.

ApiError
├── 400 AttributeIsMandatory, AttributeNotOfCategory, AttributeNotValidForTemplate, AttributePatternFailed,
│       AttributeValueConversionFailed, AttributeTypeMismatch, CountryCodeCannotBeNull,
│       DifferentReferencedOrganization, NotValidTemplateToReference, ReferencedEntityTypeMismatch,
│       DuplicatedSelection, InvalidSelection, LocaleNotValid, AboveMaximum, BelowMinimum, TimezoneNotValid,
│       WriteModeNotValid
├── 403 AlreadyReferencedUniquely, EntityTypeTemplateMismatch, OwnerOrganizationMismatch
├── 404 ReferencedEntityNotFound, TemplateNotFound, TemplateNotFoundByName, SessionTemplateNotFound
└── 409 ValueAlreadyExists
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "AboveMaximum",
    "AlreadyReferencedUniquely",
    "AttributeIsMandatory",
    "AttributeNotOfCategory",
    "AttributeNotValidForTemplate",
    "AttributePatternFailed",
    "AttributeTypeMismatch",
    "AttributeValueConversionFailed",
    "BelowMinimum",
    "CountryCodeCannotBeNull",
    "DifferentReferencedOrganization",
    "DuplicatedSelection",
    "EntityTypeTemplateMismatch",
    "InvalidSelection",
    "LocaleNotValid",
    "MoreThanOneTemplate",
    "MoreThanOneTemplateWithName",
    "NotValidTemplateToReference",
    "OwnerOrganizationMismatch",
    "ReferencedEntityNotFound",
    "ReferencedEntityTypeMismatch",
    "SessionTemplateNotFound",
    "TemplateNotFound",
    "TemplateNotFoundByName",
    "TimezoneNotValid",
    "ValueAlreadyExists",
    "WriteModeNotValid",
]


class AttributeIsMandatory(ApiError):
    """An attribute without which there is no such entity is missing."""

    status_code = 400
    code = "ATTRIBUTE_IS_MANDATORY"


class AttributeNotOfCategory(ApiError):
    """An attribute is in the object of another category than its own."""

    status_code = 400
    code = "ATTRIBUTE_NOT_OF_CATEGORY"


class AttributeNotValidForTemplate(ApiError):
    """The template has no such attribute."""

    status_code = 400
    code = "ATTRIBUTE_NOT_VALID_FOR_TEMPLATE"


class AttributePatternFailed(ApiError):
    """A text does not match the attribute's pattern."""

    status_code = 400
    code = "ATTRIBUTE_REGEX_VALIDATION_FAILED"


class AttributeValueConversionFailed(ApiError):
    """A text cannot be read as what the attribute's type stands for."""

    status_code = 400
    code = "ATTRIBUTE_VALUE_CONVERSION_FAILED"


class AttributeTypeMismatch(ApiError):
    """An attribute has a value of another type."""

    status_code = 400
    code = "ATTRIBUTE_VALUE_TYPE_MISMATCH"


class CountryCodeCannotBeNull(ApiError):
    """An address has no country."""

    status_code = 400
    code = "COUNTRY_CODE_CANNOT_BE_NULL"


class DifferentReferencedOrganization(ApiError):
    """An attribute refers to an entity of another organization."""

    status_code = 400
    code = "DIFFERENT_REFERENCED_ENTITY_ORGANIZATION_ID"


class NotValidTemplateToReference(ApiError):
    """An attribute refers to an entity of a template that it may not refer to."""

    status_code = 400
    code = "NOT_VALID_TEMPLATE_TO_REFERENCE"


class ReferencedEntityTypeMismatch(ApiError):
    """An attribute refers to an entity of another type."""

    status_code = 400
    code = "REFERENCED_ENTITY_TYPE_MISMATCH"


class DuplicatedSelection(ApiError):
    """The same value is selected twice."""

    status_code = 400
    code = "SELECT_ATTRIBUTE_DUPLICATED_VALUES"


class InvalidSelection(ApiError):
    """What is selected is not among the attribute's values."""

    status_code = 400
    code = "SELECT_ATTRIBUTE_INVALID_VALUE"


class LocaleNotValid(ApiError):
    """A text is no locale."""

    status_code = 400
    code = "VALIDATION_LOCALE_NOT_VALID"


class AboveMaximum(ApiError):
    """A number is too large, or a text too long."""

    status_code = 400
    code = "VALIDATION_MAX_ALLOWED_VALUE"


class BelowMinimum(ApiError):
    """A number is too small, or a text too short."""

    status_code = 400
    code = "VALIDATION_MINIMUM_ALLOWED_VALUE"


class TimezoneNotValid(ApiError):
    """A text is no time zone."""

    status_code = 400
    code = "VALIDATION_TIMEZONE_NOT_VALID"


class WriteModeNotValid(ApiError):
    """An attribute cannot be set in this way."""

    status_code = 400
    code = "WRITE_MODE_NOT_VALID_FOR_ATTRIBUTE_TYPE"


class AlreadyReferencedUniquely(ApiError):
    """Another entity refers to what only one may refer to."""

    status_code = 403
    code = "ALREADY_REFERENCED_UNIQUELY"


class EntityTypeTemplateMismatch(ApiError):
    """A template is one of another entity type."""

    status_code = 403
    code = "ENTITY_TYPE_TEMPLATE_MISMATCH"


class OwnerOrganizationMismatch(ApiError):
    """A template belongs to another organization."""

    status_code = 403
    code = "OWNER_ORGANIZATION_ID_MISMATCH"


class ReferencedEntityNotFound(ApiError):
    """An attribute refers to an entity that there is not."""

    status_code = 404
    code = "REFERENCE_CONFIGURATION_ENTITY_NOT_FOUND"


class TemplateNotFound(ApiError):
    """There is no template with this id."""

    status_code = 404
    code = "TEMPLATE_NOT_FOUND"


class TemplateNotFoundByName(ApiError):
    """There is no template with this name."""

    status_code = 404
    code = "TEMPLATE_NOT_FOUND_BY_NAME"


class ValueAlreadyExists(ApiError):
    """Another entity has the value of an attribute that is unique. BioT publishes no code for it."""

    status_code = 409
    code = "ATTRIBUTE_VALUE_ALREADY_EXISTS"


class SessionTemplateNotFound(ApiError):
    """There is no template of sessions with this name."""

    status_code = 404
    code = "SESSION_TEMPLATE_NOT_FOUND_BY_USAGE_TYPE"


class MoreThanOneTemplateWithName(ApiError):
    """Several templates of alerts have this name, and each of them would do."""

    status_code = 409
    code = "MORE_THAN_ONE_TEMPLATE_WITH_NAME"


class MoreThanOneTemplate(ApiError):
    """Several templates of sessions have this usage type as their name, and each of them would do."""

    status_code = 409
    code = "MORE_THAN_ONE_TEMPLATE"
