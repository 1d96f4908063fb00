"""The requests that create and change templates: what is asked for, as a template's document."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.services.templates.categories import category_name
from biot_emulator.services.templates.definitions import ATTRIBUTE_TYPES
from biot_emulator.services.templates.documents import full_names

__all__ = ["Request", "custom_attributes", "merge_own", "parse_request"]

Document = dict[str, Any]
Request = Document
"""A request whose fields have the right types."""

_NAME = re.compile(r"[a-zA-Z]\w*")
_MOST_ATTRIBUTES = 500
_MOST_CHOICES = 500
_LISTS = ("builtInAttributes", "customAttributes", "templateAttributes")
_STYLES = ("SHORT", "MEDIUM", "LONG", "FULL")
_LIMIT = 2**63


def parse_request(body: Document, *, update: bool) -> Request:
    """Return what a request asks for, with every field. Raises BadRequest."""
    fields = Fields(body)
    request: Document = {
        "name": _name(fields, "name"),
        "displayName": _text(fields, "displayName", 64),
        "description": fields.optional_text("description") or None,
        "ownerOrganizationId": _optional_uuid(fields, "ownerOrganizationId"),
        "parentTemplateId": _optional_uuid(fields, "parentTemplateId"),
        "analyticsDbConfiguration": _analytics(fields),
    }
    if not update:
        request["entityType"] = fields.text("entityType")
    parsers = (_built_in, _custom, _of_template)
    for name, parse in zip(_LISTS, parsers, strict=True):
        request[name] = [parse(item, update) for item in _items(fields, name, _MOST_ATTRIBUTES, mandatory=update)]
    return request


def merge_own(document: Document, asked: Mapping[str, Any]) -> Document:
    """Return an attribute's document with what a request says of it; the rest is as it was by default."""
    own = {name: value for name, value in asked.items() if name not in ("id", "name", "basePath") and value is not None}
    validation = own.pop("validation", None)
    merged = {**document, **own}
    if validation is not None:
        stated = {name: value for name, value in validation.items() if value is not None}
        merged["validation"] = {**document["validation"], **stated}
    return merged


def custom_attributes(request: Request, bases: Mapping[str, str], known: Mapping[str, str]) -> list[Document]:
    """Return the documents of the custom attributes.

    Args:
        request: The request.
        bases: The objects that hold the attributes of each category.
        known: The ids of the custom attributes so far, by full name.
    """
    documents = []
    for asked in request["customAttributes"]:
        base_path = bases.get(asked["category"]["name"]) or None
        [full_name] = full_names([{"basePath": base_path, "name": asked["name"]}])
        id = asked["id"] if asked["id"] in known.values() else known.get(full_name) or str(uuid.uuid4())
        choices = asked["selectableValues"] and [
            {**choice, "id": choice.get("id") or str(uuid.uuid5(uuid.UUID(id), choice["name"]))}
            for choice in asked["selectableValues"]
        ]
        documents.append({**asked, "id": id, "basePath": base_path, "selectableValues": choices})
    return documents


def _items(fields: Fields, name: str, most: int, *, mandatory: bool = False) -> Iterator[Fields]:
    if not fields.present(name) and not mandatory:
        return
    for number, item in enumerate(fields.each(name)):
        if number == most:
            raise fields.wrong(name, f"must have at most {most} items")
        yield item


def _name(fields: Fields, field: str) -> str:
    name = fields.text(field, most=36)
    if _NAME.fullmatch(name) is None:
        raise fields.wrong(field, "must begin with a letter, and have letters, digits and underscores alone")
    return name


def _text(fields: Fields, name: str, most: int) -> str:
    return fields.text(name, most=most)


def _optional_uuid(fields: Fields, name: str) -> str | None:
    return fields.uuid(name) if fields.present(name) else None


def _optional_boolean(fields: Fields, name: str) -> bool | None:
    return fields.boolean(name) if fields.present(name) else None


def _optional_choice(fields: Fields, name: str, choices: tuple[str, ...]) -> str | None:
    return fields.choice(name, choices) if fields.present(name) else None


def _number(fields: Fields, name: str, least: int = -_LIMIT, most: int = _LIMIT - 1) -> int | float | None:
    value = fields.value(name)
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise fields.wrong(name, "must be a number")
    if value is not None and not least <= value <= most:
        raise fields.wrong(name, f"must be from {least} to {most}")
    return value


def _inner(fields: Fields, name: str, parse: Callable[[Fields], Document]) -> Document | None:
    return parse(fields.inner(name)) if fields.present(name) else None


def _analytics(fields: Fields) -> Document | None:
    return _inner(fields, "analyticsDbConfiguration", lambda inner: {"name": inner.optional_text("name")})


def _shared(fields: Fields) -> Document:
    return {
        "displayName": _text(fields, "displayName", 36),
        "phi": _optional_boolean(fields, "phi"),
        "referenceConfiguration": _inner(fields, "referenceConfiguration", _reference),
        "linkConfiguration": _inner(fields, "linkConfiguration", _link),
        "uiConfiguration": _inner(fields, "uiConfiguration", _appearance),
    }


def _identity(fields: Fields, update: bool) -> Document:
    if update:
        return {"id": fields.uuid("id")}
    return {"name": fields.text("name"), "basePath": fields.optional_text("basePath") or None}


def _built_in(fields: Fields, update: bool) -> Document:
    own = {"validation": _inner(fields, "validation", _validation), "numericMetaData": _numeric(fields)}
    return {**_identity(fields, update), **_shared(fields), **own}


def _of_template(fields: Fields, update: bool) -> Document:
    selection = _inner(fields, "organizationSelectionConfiguration", _selection)
    return {
        **_identity(fields, update),
        **_shared(fields),
        "value": fields.value("value"),
        "organizationSelectionConfiguration": selection,
    }


def _custom(fields: Fields, update: bool) -> Document:
    type = fields.choice("type", ATTRIBUTE_TYPES)
    shared = _shared(fields)
    default = {"mandatory": False, "unique": False, "defaultValue": None, "min": None, "max": None, "regex": None}
    choices = [_choice(item) for item in _items(fields, "selectableValues", _MOST_CHOICES)]
    return {
        **shared,
        "id": _optional_uuid(fields, "id") if update else None,
        "name": _name(fields, "name"),
        "type": type,
        "typeEnum": type,
        "phi": bool(shared["phi"]),
        "category": {"name": category_name(fields.text("category"))},
        "validation": _inner(fields, "validation", _validation) or {**default, "supportedMimeTypes": None},
        "numericMetaData": _numeric(fields),
        "analyticsDbConfiguration": _analytics(fields),
        "selectableValues": choices or None,
    }


def _choice(fields: Fields) -> Document:
    return {
        "name": _name(fields, "name"),
        "displayName": _text(fields, "displayName", 255),
        "id": _optional_uuid(fields, "id"),
    }


def _validation(fields: Fields) -> Document:
    return {
        "mandatory": fields.boolean("mandatory"),
        "unique": bool(_optional_boolean(fields, "unique")),
        "defaultValue": fields.value("defaultValue"),
        "min": _number(fields, "min"),
        "max": _number(fields, "max"),
        "regex": fields.optional_text("regex") or None,
        "supportedMimeTypes": fields.list_of_texts("supportedMimeTypes")
        if fields.present("supportedMimeTypes")
        else None,
    }


def _numeric(fields: Fields) -> Document | None:
    return _inner(
        fields,
        "numericMetaData",
        lambda inner: {
            "units": inner.optional_text("units"),
            "subType": _optional_choice(inner, "subType", ("INTEGER", "DECIMAL")),
            "lowerRange": _number(inner, "lowerRange", -(2**31), 2**31 - 1),
            "upperRange": _number(inner, "upperRange", -(2**31), 2**31 - 1),
        },
    )


def _reference(fields: Fields) -> Document:
    templates = fields.list_of_texts("validTemplatesToReference") if fields.present("validTemplatesToReference") else []
    if not all(map(_is_uuid, templates)):
        raise fields.wrong("validTemplatesToReference", "must be a list of UUIDs")
    return {
        "entityType": fields.optional_text("entityType", most=64),
        "uniquely": bool(_optional_boolean(fields, "uniquely")),
        "validTemplatesToReference": templates,
        "referencedSideAttributeName": fields.optional_text("referencedSideAttributeName", most=128),
        "referencedSideAttributeDisplayName": fields.optional_text("referencedSideAttributeDisplayName", most=128),
    }


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _link(fields: Fields) -> Document:
    return {
        "entityTypeName": fields.text("entityTypeName", most=64),
        "templateId": fields.uuid("templateId"),
        "attributeId": fields.uuid("attributeId"),
    }


def _appearance(fields: Fields) -> Document:
    def styles(*names: str) -> Callable[[Fields], Document]:
        return lambda inner: {name: _optional_choice(inner, name, _STYLES) for name in names}

    return {
        "date": _inner(fields, "date", styles("dateStyle")),
        "dateTime": _inner(fields, "dateTime", styles("dateStyle", "timeStyle")),
    }


def _selection(fields: Fields) -> Document:
    return {
        "all": _optional_boolean(fields, "all"),
        "selected": [{"id": item.uuid("id")} for item in _items(fields, "selected", _MOST_CHOICES)],
    }
