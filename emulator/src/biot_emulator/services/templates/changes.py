"""Creates, changes and removes templates, as the settings' API does (contract section 13.3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.services.templates.built_in import BUILT_IN
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.categories import CATEGORIES
from biot_emulator.services.templates.checks import refusals
from biot_emulator.services.templates.checks.configuration import check_template
from biot_emulator.services.templates.checks.in_use import check_removal, check_update
from biot_emulator.services.templates.definitions import Template, attribute_from_document
from biot_emulator.services.templates.documents import category_document, full_names
from biot_emulator.services.templates.requests import custom_attributes, merge_own, parse_request
from biot_emulator.services.templates.usage import Usage
from biot_emulator.services.templates.values import check_value
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["TemplateChanges"]

Document = dict[str, Any]
_Missing = Callable[[list[Document]], ApiError]


class TemplateChanges:
    """Changes templates: all of a change is made, or nothing.

    Args:
        store: The state.
        clock: The platform's time.
        templates: The templates.
    """

    def __init__(self, store: Store, clock: Clock, templates: Templates) -> None:
        self._store = store
        self._clock = clock
        self._templates = templates
        self.usage = Usage(store, templates)

    def create(self, body: Document) -> Template:
        """Create a template. Raises ApiError where the request is not valid."""
        request = parse_request(body, update=False)
        type_name = request["entityType"]
        if type_name not in BUILT_IN:
            message = f"There is no entity type [{type_name}], but {', '.join(BUILT_IN)}"
            raise refusals.EntityTypeNotFound(message, entityTypeName=type_name)
        with self._store.transaction():
            blank = self._templates.blank(type_name, str(uuid.uuid4()), request["name"], request["displayName"])
            document = self._merge({**blank, "removable": True}, request, _not_of_entity)
            check_template(document, self._templates)
            return self._templates.write(document)

    def update(self, id: str, body: Document) -> Template:
        """Change a template: what the request leaves out is removed. Raises ApiError."""
        with self._store.transaction():
            before = self._templates.read(id)
            request = parse_request(body, update=True)
            type_name = before.entity_type
            if before.parent_id is not None and request["parentTemplateId"] is None:
                message = f"A template of the entity type {type_name} must keep a [parentTemplateId]"
                raise refusals.EntityTypeRequiresParent(message, entityTypeName=type_name)
            old = {name: value for name, value in before.document.items() if name != "open"}
            document = self._merge(old, request, lambda kind: _not_of_template(kind, id))
            document["lastModifiedTime"] = timestamp(self._clock.now())
            check_template(document, self._templates)
            after = self._templates.parse(document)
            check_update(before, after, self.usage)
            self._templates.write(document)
            self.usage.bring_up_to_date(before, after)
            return after

    def delete(self, id: str) -> None:
        """Remove a template, and those whose parent it is. Raises ApiError where somebody uses it."""
        with self._store.transaction():
            template = self._templates.read(id)
            check_removal(template, self.usage)
            for removed in (template, *self.usage.children(template)):
                self._templates.remove(removed.id)

    def overview(self, id: str) -> Document:
        """Return how many entities have a template, and what refers to it. Raises TemplateNotFound."""
        template = self._templates.read(id)
        statistics = {"entitiesCount": self.usage.count(template)}
        return {"referencedByAttributes": self.usage.referring(template), "statistics": statistics}

    def _merge(self, document: Document, request: Document, missing: Callable[[str], _Missing]) -> Document:
        """Return a template's document with what a request asks for."""
        type_name = document["entityTypeName"]
        names = ("name", "displayName", "description", "ownerOrganizationId", "parentTemplateId")
        merged = {**document, **{name: request[name] for name in (*names, "analyticsDbConfiguration")}}
        merged["parentTemplate"] = self._parent(request["parentTemplateId"])
        self._check_owner(request["ownerOrganizationId"])
        blank = self._templates.blank(type_name, document["id"], document["name"], document["displayName"])
        for kind, merge in (("builtInAttributes", _merge_built_in), ("templateAttributes", _merge_of_template)):
            asked = _matched(blank[kind], request[kind], missing(kind))
            merged[kind] = [merge(own, asked.get(own["id"])) for own in blank[kind]]
        known = {
            name: attribute["id"] for attribute in document["customAttributes"] for name in full_names([attribute])
        }
        merged["customAttributes"] = [
            {**attribute, "category": _category(attribute["category"]["name"])}
            for attribute in custom_attributes(request, BUILT_IN[type_name].bases, known)
        ]
        return merged

    def _parent(self, id: str | None) -> Document | None:
        parent = self._templates.find(id) if id else None
        return {name: parent.document[name] for name in ("id", "name", "displayName")} if parent else None

    def _check_owner(self, id: str | None) -> None:
        if id is not None and self._store.get("entities/organization", id) is None:
            raise BadRequest(f"The field [ownerOrganizationId] refers to the organization [{id}], which there is not")


def _category(name: str) -> Document:
    return category_document(name) if name in CATEGORIES else {"name": name, "displayName": name}


def _matched(own: Sequence[Document], asked: Sequence[Document], missing: _Missing) -> dict[str, Document]:
    """Return what is asked for by the id of the attribute; a request that creates a template has names for them."""
    ids = {attribute["id"]: attribute["id"] for attribute in own}
    by_name = {(attribute["basePath"], attribute["name"]): attribute["id"] for attribute in own}
    found = {
        id: item
        for item in asked
        if (id := ids.get(item["id"]) if "id" in item else by_name.get((item["basePath"], item["name"]))) is not None
    }
    unknown = [item for item in asked if not any(item is match for match in found.values())]
    if unknown:
        raise missing(unknown)
    return found


def _not_of_entity(kind: str) -> _Missing:
    def error(unknown: list[Document]) -> ApiError:
        identifiers = [{name: item[name] for name in ("name", "basePath")} for item in unknown]
        message = (
            f"The entity type has no such attributes, or they are there twice: {', '.join(full_names(identifiers))}"
        )
        if kind == "builtInAttributes":
            return refusals.IncorrectBuiltInAttributes(message, incorrectBuiltInAttributeIdentifiers=identifiers)
        return refusals.IncorrectTemplateAttributes(message, incorrectTemplateAttributeIdentifiers=identifiers)

    return error


def _not_of_template(kind: str, id: str) -> _Missing:
    def error(unknown: list[Document]) -> ApiError:
        ids = [item["id"] for item in unknown]
        message = f"The template has no such attributes, or they are there twice: {', '.join(ids)}"
        if kind == "builtInAttributes":
            return refusals.BuiltInAttributesNotFound(message, missingBuiltInAttributeIds=ids, templateId=id)
        return refusals.TemplateAttributesNotFound(message, missingTemplateAttributeIds=ids, templateId=id)

    return error


def _merge_built_in(own: Document, asked: Document | None) -> Document:
    if asked is None:
        return own
    name, validation = own["name"], asked["validation"]
    if asked["phi"] not in (None, own["phi"]):
        raise refusals.ValidationPhiReadOnly(f"The platform says whether [{name}] is phi", attributeName=name)
    if validation is not None:
        required = own["validation"]["mandatory"]
        if own["validationMetadata"]["mandatoryReadOnly"] and validation["mandatory"] != required:
            raise refusals.ValidationMandatoryReadOnly(
                f"The platform says whether [{name}] is mandatory",
                attributeName=name,
                currentValue=required,
                newValue=validation["mandatory"],
            )
        if own["readOnly"] and validation["defaultValue"] not in (None, own["validation"].get("defaultValue")):
            raise refusals.DefaultNotAllowedForReadOnly(
                f"The platform sets [{name}], which has no default of yours",
                attributeName=name,
                attributeBasePath=own["basePath"],
                category=own["category"]["name"],
            )
    reference = asked["referenceConfiguration"]
    if reference is not None and own["referenceConfiguration"] is not None:
        reference = {**own["referenceConfiguration"], **{key: value for key, value in reference.items() if value}}
        if reference["entityType"] != own["referenceConfiguration"]["entityType"]:
            raise refusals.InUseChangesReferenceEntityType(
                f"The platform says what [{name}] refers to",
                attributeName=name,
                entityTypeName=reference["entityType"],
            )
    return merge_own(own, {**asked, "referenceConfiguration": reference})


def _merge_of_template(own: Document, asked: Document | None) -> Document:
    if asked is None:
        return own
    selection, name = asked["organizationSelectionConfiguration"], own["name"]
    if selection is not None:
        message = f"The template attribute [{name}] is the same for all organizations"
        raise refusals.OrganizationSelectionNotAllowed(message, attribute=name)
    if asked["value"] is not None:
        check_value(attribute_from_document(own, custom=False), asked["value"])
    shared = ("displayName", "phi", "value")
    return {**own, **_present(asked, shared)}


def _present(asked: Mapping[str, Any], names: Sequence[str]) -> Document:
    return {name: asked[name] for name in names if asked[name] is not None}
