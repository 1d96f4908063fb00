"""What is refused of templates themselves, with the codes and details that BioT publishes.

ApiError
├── 400 AttributeNumericDataOutOfRange, CategoryDoesNotAllowDefault, CategoryDoesNotSupportMandatory,
│       CategoryNotInTargetCategories, CategoryNotValid, CustomAttributesDuplicateName,
│       DefaultNotAllowedForReadOnly, DefaultNotSupportedForType, DuplicateBackNameForEntityType,
│       DuplicateBackNameInRequest, DuplicateChoice, EntityDoesNotSupportParent, EntityTypeRequiresParent,
│       IncorrectBuiltInAttributes, IncorrectTemplateAttributes, LinkConfigurationMissing,
│       LinkConfigurationNotNull, MissingDefault, NumericMetadataForNonNumeric, OrganizationSelectionMissing,
│       OrganizationSelectionNotAllowed, ParentTypeNotSupported, ReferenceBackNameBlank,
│       ReferenceConfigurationMissing, TargetAttributeNotFound, TargetEntityTypeMissing,
│       TargetTemplateNotFound, TargetTemplateOwnerMismatch, TemplateDuplicateName,
│       UnsupportedTypeForCategory, ValidationMandatoryReadOnly, ValidationMaximumNotSupported,
│       ValidationMinimumNotSupported, ValidationPatternNotSupported, ValidationPropertyNotInteger,
│       ValidationPhiReadOnly, AnalyticsAttributeDuplicateName, AnalyticsAttributeNameInvalid,
│       AnalyticsTemplateNameInvalid
├── 403 AttributeIsLinkTarget, ChildTemplateInUse, CustomAttributeInUse, InUseChangesReferenceEntityType,
│       InUseChangesReferenceUniquely, InUseDeletesTemplate, InUseLowersMaximum, InUseRaisesMinimum,
│       InUseUpdatesAttribute, TemplateDeletionDisallowed, TemplateIsLinkTarget, TemplateReferenceInUse,
│       UpdateLinkedTypeNotSupported
├── 404 BuiltInAttributesNotFound, EntityTypeNotFound, TargetEntityTypeNotFound, TemplateAttributesNotFound
└── 409 AnalyticsTemplateNameExists
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "AnalyticsAttributeDuplicateName",
    "AnalyticsAttributeNameInvalid",
    "AnalyticsTemplateNameExists",
    "AnalyticsTemplateNameInvalid",
    "AttributeIsLinkTarget",
    "AttributeNumericDataOutOfRange",
    "BuiltInAttributesNotFound",
    "CategoryDoesNotAllowDefault",
    "CategoryDoesNotSupportMandatory",
    "CategoryNotInTargetCategories",
    "CategoryNotValid",
    "ChildTemplateInUse",
    "CustomAttributeInUse",
    "CustomAttributesDuplicateName",
    "DefaultNotAllowedForReadOnly",
    "DefaultNotSupportedForType",
    "DuplicateBackNameForEntityType",
    "DuplicateBackNameInRequest",
    "DuplicateChoice",
    "EntityDoesNotSupportParent",
    "EntityTypeNotFound",
    "EntityTypeRequiresParent",
    "InUseChangesReferenceEntityType",
    "InUseChangesReferenceUniquely",
    "InUseDeletesTemplate",
    "InUseLowersMaximum",
    "InUseRaisesMinimum",
    "InUseUpdatesAttribute",
    "IncorrectBuiltInAttributes",
    "IncorrectTemplateAttributes",
    "LinkConfigurationMissing",
    "LinkConfigurationNotNull",
    "MissingDefault",
    "NumericMetadataForNonNumeric",
    "OrganizationSelectionMissing",
    "OrganizationSelectionNotAllowed",
    "ParentTypeNotSupported",
    "ReferenceBackNameBlank",
    "ReferenceConfigurationMissing",
    "TargetAttributeNotFound",
    "TargetEntityTypeMissing",
    "TargetEntityTypeNotFound",
    "TargetTemplateNotFound",
    "TargetTemplateOwnerMismatch",
    "TemplateAttributesNotFound",
    "TemplateDeletionDisallowed",
    "TemplateDuplicateName",
    "TemplateIsLinkTarget",
    "TemplateReferenceInUse",
    "UnsupportedTypeForCategory",
    "UpdateLinkedTypeNotSupported",
    "ValidationMandatoryReadOnly",
    "ValidationMaximumNotSupported",
    "ValidationMinimumNotSupported",
    "ValidationPatternNotSupported",
    "ValidationPhiReadOnly",
    "ValidationPropertyNotInteger",
]


class AttributeNumericDataOutOfRange(ApiError):
    """The range of a number's metadata does not begin before it ends."""

    status_code = 400
    code = "ATTRIBUTE_NUMERIC_DATA_OUT_OF_RANGE"


class CategoryDoesNotAllowDefault(ApiError):
    """An attribute of this category has no default."""

    status_code = 400
    code = "CATEGORY_DOES_NOT_ALLOW_DEFAULT_VALUE"


class CategoryDoesNotSupportMandatory(ApiError):
    """An attribute of this category cannot be mandatory."""

    status_code = 400
    code = "CATEGORY_DOES_NOT_SUPPORT_MANDATORY_VALIDATION"


class CategoryNotInTargetCategories(ApiError):
    """An attribute of this category cannot be linked to."""

    status_code = 400
    code = "CATEGORY_NOT_IN_TARGET_ALLOWED_LINK_CATEGORIES"


class CategoryNotValid(ApiError):
    """The entity type has no such category."""

    status_code = 400
    code = "CATEGORY_NOT_VALID_FOR_ENTITY_TYPE"


class CustomAttributesDuplicateName(ApiError):
    """Two custom attributes have the same name."""

    status_code = 400
    code = "CUSTOM_ATTRIBUTES_DUPLICATE_NAME"


class DefaultNotAllowedForReadOnly(ApiError):
    """What the platform alone sets has no default."""

    status_code = 400
    code = "DEFAULT_VALUE_NOT_ALLOWED_FOR_READ_ONLY_ATTRIBUTE"


class DefaultNotSupportedForType(ApiError):
    """Attributes of this type have no default."""

    status_code = 400
    code = "DEFAULT_VALUE_NOT_SUPPORTED_FOR_TYPE"


class DuplicateBackNameForEntityType(ApiError):
    """Another template's reference has the same name as seen from the other side."""

    status_code = 400
    code = "DUPLICATE_RSAN_FOR_ENTITY_TYPE"


class DuplicateBackNameInRequest(ApiError):
    """Two references have the same name as seen from the other side."""

    status_code = 400
    code = "DUPLICATE_RSAN_IN_REQUEST"


class DuplicateChoice(ApiError):
    """Two values that can be selected are the same."""

    status_code = 400
    code = "DUPLICATE_SELECTABLE_VALUE"


class EntityDoesNotSupportParent(ApiError):
    """Templates of this entity type have no parent."""

    status_code = 400
    code = "ENTITY_DOES_NOT_SUPPORT_PARENT_TEMPLATE"


class EntityTypeRequiresParent(ApiError):
    """Templates of this entity type have a parent."""

    status_code = 400
    code = "ENTITY_TYPE_REQUIRES_PARENT_TEMPLATE"


class IncorrectBuiltInAttributes(ApiError):
    """The entity type has no such built-in attributes."""

    status_code = 400
    code = "INCORRECT_BUILT_IN_ATTRIBUTES_FOR_ENTITY"


class IncorrectTemplateAttributes(ApiError):
    """The entity type has no such template attributes."""

    status_code = 400
    code = "INCORRECT_TEMPLATE_ATTRIBUTES_FOR_ENTITY"


class LinkConfigurationMissing(ApiError):
    """A link says not what it links to."""

    status_code = 400
    code = "LINK_CONFIGURATION_NULL"


class LinkConfigurationNotNull(ApiError):
    """An attribute that is no link says what it links to."""

    status_code = 400
    code = "LINK_CONFIGURATION_NOT_NULL"


class MissingDefault(ApiError):
    """An attribute becomes mandatory that entities lack, and has no default."""

    status_code = 400
    code = "MISSING_DEFAULT_VALUE"


class NumericMetadataForNonNumeric(ApiError):
    """An attribute that is no number has a number's metadata."""

    status_code = 400
    code = "NUMERIC_METADATA_FOR_NON_NUMERIC_ATTRIBUTE"


class OrganizationSelectionMissing(ApiError):
    """A template attribute says not for which organizations it is."""

    status_code = 400
    code = "ORGANIZATION_SELECTION_CONFIGURATION_IS_MISSING"


class OrganizationSelectionNotAllowed(ApiError):
    """A template attribute says for which organizations it is, and is for all."""

    status_code = 400
    code = "ORGANIZATION_SELECTION_CONFIGURATION_IS_NOT_ALLOWED"


class ParentTypeNotSupported(ApiError):
    """The parent template is one of another entity type."""

    status_code = 400
    code = "PARENT_TEMPLATE_TYPE_NOT_SUPPORTED"


class ReferenceBackNameBlank(ApiError):
    """A reference has no name as seen from the other side."""

    status_code = 400
    code = "REFERENCE_CONFIGURATION_BLANK_RSAN"


class ReferenceConfigurationMissing(ApiError):
    """A reference says not what it refers to."""

    status_code = 400
    code = "REFERENCE_CONFIGURATION_MISSING"


class TargetAttributeNotFound(ApiError):
    """The template that a link leads to has no such attribute."""

    status_code = 400
    code = "TARGET_ATTRIBUTE_NOT_FOUND_IN_TEMPLATE"


class TargetEntityTypeMissing(ApiError):
    """A reference says not to which entity type."""

    status_code = 400
    code = "TARGET_MISSING_ENTITY_TYPE"


class TargetTemplateNotFound(ApiError):
    """The entity type has no such template to refer to."""

    status_code = 400
    code = "TARGET_TEMPLATE_NOT_FOUND_BY_ENTITY_TYPE"


class TargetTemplateOwnerMismatch(ApiError):
    """A template to refer to belongs to another organization."""

    status_code = 400
    code = "TARGET_TEMPLATE_OWNER_ORGANIZATION_MISMATCH"


class TemplateDuplicateName(ApiError):
    """The entity type has another template with this name."""

    status_code = 400
    code = "TEMPLATE_DUPLICATE_NAME"


class UnsupportedTypeForCategory(ApiError):
    """Attributes of this category have no such type."""

    status_code = 400
    code = "UNSUPPORTED_CUSTOM_ATTRIBUTE_TYPE_FOR_CATEGORY"


class ValidationMandatoryReadOnly(ApiError):
    """Whether a built-in attribute is mandatory is the platform's to say."""

    status_code = 400
    code = "VALIDATION_MANDATORY_READONLY"


class ValidationMaximumNotSupported(ApiError):
    """Attributes of this type have no maximum."""

    status_code = 400
    code = "VALIDATION_DEFINITION_MAX_NOT_SUPPORTED"


class ValidationMinimumNotSupported(ApiError):
    """Attributes of this type have no minimum."""

    status_code = 400
    code = "VALIDATION_DEFINITION_MIN_NOT_SUPPORTED"


class ValidationPatternNotSupported(ApiError):
    """Attributes of this type have no pattern."""

    status_code = 400
    code = "VALIDATION_DEFINITION_REGEX_NOT_SUPPORTED"


class ValidationPropertyNotInteger(ApiError):
    """A limit must be a whole number."""

    status_code = 400
    code = "VALIDATION_DEFINITION_PROPERTY_NOT_INTEGER"


class ValidationPhiReadOnly(ApiError):
    """Whether a built-in attribute is health information is the platform's to say."""

    status_code = 400
    code = "VALIDATION_PHI_READONLY"


class AnalyticsAttributeDuplicateName(ApiError):
    """Two attributes have the same name in the analytics database."""

    status_code = 400
    code = "ATTRIBUTE_ANALYTICS_DB_DUPLICATE_NAME"


class AnalyticsAttributeNameInvalid(ApiError):
    """An attribute's name in the analytics database is not valid."""

    status_code = 400
    code = "ATTRIBUTE_ANALYTICS_DB_NAME_IS_INVALID"


class AnalyticsTemplateNameInvalid(ApiError):
    """The template's name in the analytics database is not valid."""

    status_code = 400
    code = "TEMPLATE_ANALYTICS_DB_NAME_IS_INVALID"


class AttributeIsLinkTarget(ApiError):
    """Other attributes link to an attribute that would be removed."""

    status_code = 403
    code = "ATTRIBUTE_IS_LINK_TARGET"


class ChildTemplateInUse(ApiError):
    """Entities have a template whose parent would be removed."""

    status_code = 403
    code = "CHILD_TEMPLATE_IN_USE"


class CustomAttributeInUse(ApiError):
    """Entities have values of custom attributes that would be removed."""

    status_code = 403
    code = "CUSTOM_ATTRIBUTE_IN_USE"


class InUseChangesReferenceEntityType(ApiError):
    """Entities refer to entities of the type that a reference would leave."""

    status_code = 403
    code = "TEMPLATE_IN_USE_CHANGE_REFERENCE_CONFIGURATION_ENTITY_TYPE"


class InUseChangesReferenceUniquely(ApiError):
    """Entities may refer to the same as others."""

    status_code = 403
    code = "TEMPLATE_IN_USE_CHANGE_REFERENCE_CONFIGURATION_UNIQUELY"


class InUseDeletesTemplate(ApiError):
    """Entities have the template that would be removed."""

    status_code = 403
    code = "TEMPLATE_IN_USE_DELETE_TEMPLATE"


class InUseLowersMaximum(ApiError):
    """Entities may have more than the maximum would be."""

    status_code = 403
    code = "TEMPLATE_IN_USE_LOWER_MAXIMUM_VALUE"


class InUseRaisesMinimum(ApiError):
    """Entities may have less than the minimum would be."""

    status_code = 403
    code = "TEMPLATE_IN_USE_RAISE_MINIMUM_VALUE"


class InUseUpdatesAttribute(ApiError):
    """Entities have values of an attribute that would become another."""

    status_code = 403
    code = "TEMPLATE_IN_USE_UPDATE_ATTRIBUTE_VALUE"


class TemplateDeletionDisallowed(ApiError):
    """The template is one that the platform needs."""

    status_code = 403
    code = "TEMPLATE_DELETION_DISALLOWED"


class TemplateIsLinkTarget(ApiError):
    """Attributes of other templates link to the template that would be removed."""

    status_code = 403
    code = "TEMPLATE_IS_LINK_TARGET"


class TemplateReferenceInUse(ApiError):
    """Attributes of other templates refer to the template that would be removed."""

    status_code = 403
    code = "TEMPLATE_REFERENCE_IN_USE"


class UpdateLinkedTypeNotSupported(ApiError):
    """A link would lead to something else."""

    status_code = 403
    code = "UPDATE_LINKED_TYPE_ATTRIBUTE_NOT_SUPPORTED"


class BuiltInAttributesNotFound(ApiError):
    """The template has no such built-in attributes."""

    status_code = 404
    code = "BUILT_IN_ATTRIBUTES_NOT_FOUND"


class EntityTypeNotFound(ApiError):
    """There is no such entity type."""

    status_code = 404
    code = "ENTITY_TYPE_NOT_FOUND"


class TargetEntityTypeNotFound(ApiError):
    """There is no entity type to refer to."""

    status_code = 404
    code = "TARGET_ENTITY_TYPE_NOT_FOUND"


class TemplateAttributesNotFound(ApiError):
    """The template has no such template attributes."""

    status_code = 404
    code = "TEMPLATE_ATTRIBUTES_NOT_FOUND"


class AnalyticsTemplateNameExists(ApiError):
    """Another template has this name in the analytics database."""

    status_code = 409
    code = "TEMPLATE_ANALYTICS_DB_NAME_ALREADY_EXISTS"
