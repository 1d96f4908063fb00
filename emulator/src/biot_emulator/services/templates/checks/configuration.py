"""Checks what templates say of their attributes, one by one (contract section 13.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from biot_emulator.api.errors import BadRequest
from biot_emulator.services.templates.built_in import BUILT_IN
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.categories import CATEGORIES
from biot_emulator.services.templates.checks import refusals
from biot_emulator.services.templates.definitions import Template, attribute_from_document
from biot_emulator.services.templates.patterns import is_pattern
from biot_emulator.services.templates.values import check_value

__all__ = ["check_template"]

Document = Mapping[str, Any]

_SELECTS = ("SINGLE_SELECT", "MULTI_SELECT")
_NUMBERS = ("INTEGER", "DECIMAL", "WAVEFORM")
_LIMITED = ("LABEL", "PARAGRAPH", "PHONE", "EMAIL", "INTEGER", "DECIMAL")
_LENGTHS = ("LABEL", "PARAGRAPH", "PHONE", "EMAIL")
_PATTERNED = ("LABEL", "PARAGRAPH", "PHONE", "EMAIL")
_WITHOUT_DEFAULT = ("NAME", "REFERENCE", "FILE", "IMAGE", "LINK", "WAVEFORM")
_ANALYTICS_NAME = re.compile(r"[a-zA-Z]\w{0,35}")


def check_template(document: Document, templates: Templates) -> None:
    """Check a template's document.

    Raises:
        ApiError: It says something that cannot be.
    """
    _Check(document, templates).check()


class _Check:
    def __init__(self, document: Document, templates: Templates) -> None:
        self._document = document
        self._templates = templates
        self._type = document["entityTypeName"]

    def check(self) -> None:
        self._check_name()
        self._check_parent()
        self._check_analytics()
        custom, built_in = self._document["customAttributes"], self._document["builtInAttributes"]
        self._check_duplicates(custom)
        for attribute in custom:
            self._check_category(attribute)
            self._check_choices(attribute)
        for attribute in (*custom, *built_in):
            self._check_reference(attribute)
            self._check_link(attribute)
            self._check_numeric(attribute)
            self._check_validation(attribute)
        self._check_back_names([*custom, *built_in])

    def _check_name(self) -> None:
        name = self._document["name"]
        other = self._templates.named(self._type, name, self._document["parentTemplateId"])
        if other is not None and other.id != self._document["id"]:
            message = f"The entity type {self._type} has a template [{name}] already"
            raise refusals.TemplateDuplicateName(message, templateName=name, templateId=other.id)

    def _check_parent(self) -> None:
        id, expected = self._document["parentTemplateId"], BUILT_IN[self._type].parent
        if id is None:
            return
        if expected is None:
            message = f"Templates of the entity type {self._type} have no parent"
            raise refusals.EntityDoesNotSupportParent(message, entityTypeName=self._type)
        parent = self._templates.read(id)
        if parent.entity_type != expected:
            raise refusals.ParentTypeNotSupported(
                f"The parent of a template of the entity type {self._type} must be one of {expected}",
                entityTypeName=self._type,
                supportedParentEntityTypeName=expected,
                inputtedParentEntityTypeName=parent.entity_type,
            )

    def _check_analytics(self) -> None:
        name = _analytics_name(self._document)
        if name is not None:
            _check_analytics_name(name, refusals.AnalyticsTemplateNameInvalid)
            if any(_analytics_name(other.document) == name for other in self._others()):
                raise refusals.AnalyticsTemplateNameExists(f"Another template is [{name}] in the analytics database")
        names = [name for attribute in self._document["customAttributes"] if (name := _analytics_name(attribute))]
        for name in names:
            _check_analytics_name(name, refusals.AnalyticsAttributeNameInvalid)
        if len({*names}) != len(names):
            raise refusals.AnalyticsAttributeDuplicateName("Two attributes have one name in the analytics database")

    def _check_duplicates(self, custom: Iterable[Document]) -> None:
        seen: dict[str, str] = {}
        for attribute in custom:
            name, id = attribute["name"], attribute["id"]
            if name in seen or id in seen.values():
                message = f"Two custom attributes have the name, or the id, of [{name}]"
                raise refusals.CustomAttributesDuplicateName(message, duplicateName=name, duplicateNameAttributeId=id)
            seen[name] = id

    def _check_category(self, attribute: Document) -> None:
        category, type = attribute["category"]["name"], attribute["type"]
        bases = BUILT_IN[self._type].bases
        if category not in bases:
            message = f"The entity type {self._type} has no category [{category}], but {', '.join(bases)}"
            raise refusals.CategoryNotValid(message, entityTypeName=self._type, category=category)
        if type not in CATEGORIES[category].types:
            message = f"Attributes of the category {category} cannot be of the type {type}"
            raise refusals.UnsupportedTypeForCategory(message, type=type, category=category)
        if CATEGORIES[category].valued:
            return
        details = {"attributeName": attribute["name"], "category": category, "entityTypeName": self._type}
        if attribute["validation"]["mandatory"] or attribute["validation"].get("unique"):
            message = f"Attributes of the category {category} can be neither mandatory nor unique"
            raise refusals.CategoryDoesNotSupportMandatory(message, **details)
        if attribute["validation"]["defaultValue"] is not None:
            raise refusals.CategoryDoesNotAllowDefault(
                f"Attributes of the category {category} have no default", **details
            )

    def _check_choices(self, attribute: Document) -> None:
        choices = attribute["selectableValues"] or []
        if bool(choices) != (attribute["type"] in _SELECTS):
            raise BadRequest(f"[selectableValues] of [{attribute['name']}] are for what is selected, and needed there")
        for property in ("name", "displayName"):
            texts = [choice[property] for choice in choices]
            double = (
                next((text for text in texts if texts.count(text) > 1), None) if len({*texts}) < len(texts) else None
            )
            if double is not None:
                message = f"Two values of [{attribute['name']}] have the same {property} [{double}]"
                raise refusals.DuplicateChoice(message, propertyName=property, displayName=double)

    def _check_reference(self, attribute: Document) -> None:
        reference, name = attribute["referenceConfiguration"], attribute["name"]
        if attribute["type"] != "REFERENCE":
            return
        if reference is None:
            raise refusals.ReferenceConfigurationMissing(f"[{name}] must say what it refers to", attributeName=name)
        entity_type = reference["entityType"]
        if not entity_type:
            raise refusals.TargetEntityTypeMissing(f"[{name}] must say what type it refers to", attributeName=name)
        if entity_type not in BUILT_IN:
            message = f"[{name}] refers to the entity type [{entity_type}], which there is not"
            raise refusals.TargetEntityTypeNotFound(message, attributeName=name, entityTypeName=entity_type)
        for id in reference["validTemplatesToReference"]:
            self._check_target(name, entity_type, id)
        if (
            reference["referencedSideAttributeName"] is not None
            and not reference["referencedSideAttributeName"].strip()
        ):
            message = f"[{name}] must have a [referencedSideAttributeName]"
            raise refusals.ReferenceBackNameBlank(message, attributeName=name)

    def _check_target(self, name: str, entity_type: str, id: str) -> None:
        # A template may refer to its own entities, before it is stored.
        own = Template(self._document, ()) if id == self._document["id"] else None
        target = own or self._templates.find(id)
        if target is None or target.entity_type != entity_type:
            message = f"The entity type {entity_type} has no template [{id}] that [{name}] could refer to"
            raise refusals.TargetTemplateNotFound(
                message, attributeName=name, templateId=id, entityTypeName=entity_type
            )
        owner = self._document["ownerOrganizationId"]
        if target.owner_id is not None and target.owner_id != owner:
            message = f"[{name}] refers to a template of another organization"
            raise refusals.TargetTemplateOwnerMismatch(
                message, attributeName=name, templateId=id, ownerOrganizationId=target.owner_id
            )

    def _check_link(self, attribute: Document) -> None:
        link, name = attribute["linkConfiguration"], attribute["name"]
        if attribute["type"] != "LINK":
            if link is not None:
                message = f"[{name}] is no link, and must have no [linkConfiguration]"
                raise refusals.LinkConfigurationNotNull(message, attributeName=name, type=attribute["type"])
            return
        if link is None:
            raise refusals.LinkConfigurationMissing(f"[{name}] must have a [linkConfiguration]", attributeName=name)
        self._check_link_target(attribute, link)

    def _check_link_target(self, attribute: Document, link: Document) -> None:
        name, template_id, id = attribute["name"], link["templateId"], link["attributeId"]
        target = self._templates.find(template_id)
        if target is None or target.entity_type != link["entityTypeName"]:
            message = f"The entity type {link['entityTypeName']} has no template [{template_id}] to link to"
            raise refusals.TargetTemplateNotFound(
                message, attributeName=name, templateId=template_id, entityTypeName=link["entityTypeName"]
            )
        linked = next((other for other in target.attributes if other.id == id), None)
        if linked is None:
            message = f"The template [{target.name}] has no attribute [{id}] that [{name}] could link to"
            raise refusals.TargetAttributeNotFound(message, attributeName=name, templateId=template_id, attributeId=id)
        category = attribute["category"]["name"]
        if linked.category != category:
            message = f"[{name}] cannot link to an attribute of the category {linked.category}"
            raise refusals.CategoryNotInTargetCategories(
                message, attributeName=name, category=category, attributeId=id, allowedCategoryList=[linked.category]
            )

    def _check_numeric(self, attribute: Document) -> None:
        numeric, name = attribute["numericMetaData"], attribute["name"]
        if numeric is None:
            return
        if attribute["type"] not in _NUMBERS:
            message = f"[{name}] is no number, and must have no [numericMetaData]"
            raise refusals.NumericMetadataForNonNumeric(message, attributeName=name)
        lower, upper = numeric.get("lowerRange"), numeric.get("upperRange")
        if lower is not None and upper is not None and lower > upper:
            message = f"The range of [{name}] must begin before it ends"
            details = {"range": [lower, upper], "numericMetadata": dict(numeric), "attributeName": name}
            raise refusals.AttributeNumericDataOutOfRange(message, **details)

    def _check_validation(self, attribute: Document) -> None:
        validation, name, type = attribute["validation"], attribute["name"], attribute["type"]
        limits = {limit: validation.get(limit) for limit in ("min", "max") if validation.get(limit) is not None}
        self._check_limits(name, type, limits)
        self._check_pattern(name, type, validation.get("regex"))
        if validation.get("supportedMimeTypes") and type not in ("FILE", "IMAGE"):
            raise BadRequest(f"[supportedMimeTypes] of [{name}] are for files and images alone")
        if validation.get("defaultValue") is not None:
            self._check_default(attribute)

    def _check_limits(self, name: str, type: str, limits: Mapping[str, Any]) -> None:
        if "min" in limits and type not in _LIMITED:
            raise refusals.ValidationMinimumNotSupported(f"[{name}] can have no minimum", attributeName=name)
        if "max" in limits and type not in _LIMITED:
            raise refusals.ValidationMaximumNotSupported(f"[{name}] can have no maximum", attributeName=name)
        for limit, value in limits.items():
            if type != "DECIMAL" and value != int(value):
                message = f"[{limit}] of [{name}] must be a whole number"
                raise refusals.ValidationPropertyNotInteger(message, value=value, property=limit)
        least = limits.get("min", 0)
        if type in _LENGTHS and least < 0:
            raise BadRequest(f"[min] of [{name}], a length, must be at least 0")
        if "min" in limits and least > limits.get("max", least):
            raise BadRequest(f"[min] of [{name}] must be at most its [max]")

    def _check_pattern(self, name: str, type: str, pattern: str | None) -> None:
        if pattern is None:
            return
        if type not in _PATTERNED:
            raise refusals.ValidationPatternNotSupported(f"[{name}] can have no pattern", attributeName=name)
        if not is_pattern(pattern):
            raise BadRequest(f"[regex] of [{name}] must be a regular expression of at most 1024 characters")

    def _check_default(self, attribute: Document) -> None:
        name, type = attribute["name"], attribute["type"]
        if attribute.get("readOnly") and attribute["validation"]["defaultValue"] is not None:
            return
        if type in _WITHOUT_DEFAULT:
            message = f"Attributes of the type {type}, as [{name}], have no default"
            raise refusals.DefaultNotSupportedForType(message, attributeName=name, attributeType=type)
        check_value(attribute_from_document(attribute, custom=True), attribute["validation"]["defaultValue"])

    def _check_back_names(self, attributes: Iterable[Document]) -> None:
        seen: dict[tuple[str, str], str] = {}
        for attribute in attributes:
            key = _back_name(attribute)
            if key is None:
                continue
            name, conflicting = attribute["name"], seen.get(key)
            if conflicting is not None:
                raise refusals.DuplicateBackNameInRequest(
                    f"[{conflicting}] and [{name}] have the same [referencedSideAttributeName]",
                    referencedSideAttributeName=key[1],
                    entityTypeName=key[0],
                    attributeName=name,
                    conflictingAttributeName=conflicting,
                )
            seen[key] = name
        self._check_back_names_elsewhere(seen)

    def _check_back_names_elsewhere(self, own: Mapping[tuple[str, str], str]) -> None:
        for other in self._others():
            # What is built in has the same name in every template of its type.
            for attribute in other.document["customAttributes"]:
                key = _back_name(attribute)
                if key is not None and key in own:
                    raise refusals.DuplicateBackNameForEntityType(
                        f"[{own[key]}] has the [referencedSideAttributeName] of an attribute of [{other.name}]",
                        attributeName=own[key],
                        referencedSideAttributeName=key[1],
                        entityTypeName=key[0],
                        conflictingAttributeName=attribute["name"],
                        conflictingAttributeTemplateName=other.name,
                    )

    def _others(self) -> Iterable[Template]:
        return (other for other in self._templates if other.id != self._document["id"])


def _back_name(attribute: Document) -> tuple[str, str] | None:
    reference = attribute.get("referenceConfiguration")
    name = reference and reference.get("referencedSideAttributeName")
    return (reference["entityType"], name) if reference and name else None


def _analytics_name(document: Document) -> str | None:
    return (document.get("analyticsDbConfiguration") or {}).get("name")


def _check_analytics_name(
    name: str, error: type[refusals.AnalyticsTemplateNameInvalid | refusals.AnalyticsAttributeNameInvalid]
) -> None:
    if _ANALYTICS_NAME.fullmatch(name) is None:
        message = f"The name [{name}] in the analytics database must be up to 36 letters, digits and underscores"
        raise error(message, analyticsDbName=name, regex=r"[a-zA-Z]\w*", minSize=1, maxSize=36)
