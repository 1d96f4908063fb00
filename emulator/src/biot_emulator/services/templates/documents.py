"""The documents of attributes and entity types, as the API returns them, made from the table of built-in ones."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from biot_emulator.services.templates.built_in import BUILT_IN, BuiltIn
from biot_emulator.services.templates.categories import CATEGORIES
from biot_emulator.services.templates.definitions import Attribute

__all__ = [
    "built_in_document",
    "category_document",
    "display_name",
    "entity_type_documents",
    "full_names",
    "template_attribute_document",
]

Document = dict[str, Any]

_NAMESPACE = uuid.UUID("6d2f3a52-5f0d-4f0a-9f57-0d7a1a6d3c11")
_NO_DEFAULT = ("NAME", "REFERENCE", "FILE", "IMAGE", "LINK", "WAVEFORM")


def display_name(name: str) -> str:
    """Return a name for people: `_dateOfBirth` becomes `Date Of Birth`."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name.strip("_"))
    return words[:1].upper() + words[1:]


def category_document(name: str) -> Document:
    """Return what an attribute says of its category."""
    return {"name": name, "displayName": CATEGORIES[name].display_name}


def full_names(documents: object) -> list[str]:
    """Return the names of attributes with the objects that hold them."""
    names = documents if isinstance(documents, list) else []
    return [".".join(filter(None, (document.get("basePath"), document.get("name")))) for document in names]


def built_in_document(attribute: Attribute, template_id: str) -> Document:
    """Return a built-in attribute of a template."""
    return {"id": _id(template_id, attribute), **_basic(attribute)}


def template_attribute_document(attribute: Attribute, template_id: str) -> Document:
    """Return an attribute with one value for a whole template: first its default."""
    basic = _basic(attribute)
    names = ("name", "basePath", "displayName", "phi", "type", "typeEnum", "category", "validation")
    selection = {"allowed": False, "configuration": None}
    shared: Document = {name: basic[name] for name in names}
    return {"id": _id(template_id, attribute), **shared, "value": attribute.default, "organizationSelection": selection}


def entity_type_documents() -> list[Document]:
    """Return the entity types that have templates."""
    return [_entity_type(name, built_in) for name, built_in in BUILT_IN.items()]


def _entity_type(name: str, built_in: BuiltIn) -> Document:
    return {
        "name": name,
        "displayName": built_in.display_name,
        "addingTemplatesSupported": True,
        "addingCustomAttributeReferenceTypeSupported": True,
        "parentTemplateType": built_in.parent,
        "reservedTemplateNames": [],
        "attributeCategories": [_category(category, base) for category, base in built_in.bases.items()],
        "builtInAttributes": [_basic(attribute) for attribute in built_in.attributes],
        "templateAttributes": [
            {**_basic(attribute), "value": attribute.default} for attribute in built_in.template_attributes
        ],
        "captionAttributes": [{"name": attribute, "basePath": None} for attribute in built_in.caption],
        "builtInActions": [],
        "children": [],
    }


def _category(name: str, base_path: str) -> Document:
    category = CATEGORIES[name]
    return {
        "name": name,
        "displayName": category.display_name,
        "customBasePath": base_path or None,
        "customSupportedTypes": [*category.types],
        "builtInSupportedTypes": [*category.types],
        "supportMandatoryValidation": category.valued,
        "supportUniqueValidation": category.valued,
        "allowsDefaultValue": category.valued,
        "allowedCategoriesToLinkTo": [name],
    }


def _basic(attribute: Attribute) -> Document:
    reference = attribute.reference
    return {
        "name": attribute.name,
        "basePath": attribute.base_path or None,
        "displayName": display_name(attribute.name)[:36],
        "type": attribute.type,
        "typeEnum": attribute.type,
        "phi": False,
        "readOnly": attribute.read_only,
        "publicAccess": attribute.base_path == "_branding",
        "category": category_document(attribute.category),
        "validation": _validation(attribute),
        "validationMetadata": {
            "mandatoryReadOnly": attribute.mandatory or attribute.read_only,
            "systemMandatory": attribute.mandatory,
            "phiReadOnly": True,
            "allowsDefaultValue": not attribute.read_only and attribute.type not in _NO_DEFAULT,
        },
        "selectableValues": [{"name": choice, "displayName": _choice(choice)} for choice in attribute.choices],
        "referenceConfiguration": reference
        and {
            "entityType": reference.entity_type,
            "uniquely": reference.uniquely,
            "validTemplatesToReference": [*reference.templates],
            "referencedSideAttributeName": reference.back_name,
            "referencedSideAttributeDisplayName": display_name(reference.back_name or ""),
        },
        "linkConfiguration": None,
        "numericMetaData": None,
        "uiConfiguration": None,
        "analyticsDbConfiguration": None,
    }


def _validation(attribute: Attribute) -> Mapping[str, Any]:
    return {
        "mandatory": attribute.mandatory,
        "unique": attribute.unique,
        "defaultValue": attribute.default,
        "min": attribute.least,
        "max": attribute.most,
        "regex": attribute.pattern,
        "supportedMimeTypes": None,
    }


def _choice(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _id(template_id: str, attribute: Attribute) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{template_id}/{attribute.full_name}"))
