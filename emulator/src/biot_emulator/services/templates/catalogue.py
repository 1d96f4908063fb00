"""The templates that there are: those that the platform begins with, and those that people make."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.services.templates.built_in import BUILT_IN
from biot_emulator.services.templates.definitions import Attribute, Template, attribute_from_document
from biot_emulator.services.templates.documents import built_in_document, template_attribute_document
from biot_emulator.services.templates.errors import (
    EntityTypeTemplateMismatch,
    MoreThanOneTemplate,
    MoreThanOneTemplateWithName,
    SessionTemplateNotFound,
    TemplateNotFound,
    TemplateNotFoundByName,
)
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["COLLECTION", "Templates", "default_id"]

COLLECTION = "templates"
"""The collection with the templates."""

_NAMESPACE = uuid.UUID("6d2f3a52-5f0d-4f0a-9f57-0d7a1a6d3c11")

Document = dict[str, Any]


def default_id(type_name: str) -> str:
    """Return the id of the template that entities of a type have where nothing else is said."""
    return str(uuid.uuid5(_NAMESPACE, f"{type_name}/{type_name}"))


class Templates:
    """Finds templates, and stores them as the API returns them.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._generation = 0
        self._parsed: dict[str, Template] = {}

    def ensure_defaults(self) -> None:
        """Create the templates that the platform begins with, where they are missing; bring older ones up to date."""
        self._forget()
        with self._store.transaction():
            for document in self._store.all(COLLECTION):
                if "entityTypeName" not in document:
                    self._complete(document)
            for type_name in BUILT_IN:
                if self._store.get(COLLECTION, default_id(type_name)) is None:
                    self._put(self._default(type_name))

    def __iter__(self) -> Iterator[Template]:
        return (template for id in self._store.ids(COLLECTION) if (template := self.find(id)))

    def find(self, id: str) -> Template | None:
        """Return the template with this id; None where there is none."""
        generation = self._generation
        if (known := self._parsed.get(id)) is not None:
            return known
        document = self._store.get(COLLECTION, id)
        if document is None:
            return None
        template = _parse(document)
        with self._lock:
            # What was read before somebody else wrote is of no use to others.
            if generation == self._generation:
                self._parsed[id] = template
        return template

    def read(self, id: str) -> Template:
        """Return the template with this id. Raises TemplateNotFound."""
        template = self.find(id)
        if template is None:
            raise TemplateNotFound(f"There is no template [{id}]", templateId=id)
        return template

    def of(self, type_name: str, entity: Mapping[str, Any]) -> Template:
        """Return the template of an entity, or the type's default where its own is gone."""
        reference = entity.get("_template")
        id = reference.get("id") if isinstance(reference, Mapping) else None
        return (self.find(id) if isinstance(id, str) else None) or self.default(type_name)

    def default(self, type_name: str) -> Template:
        """Return the template that entities of a type have where nothing else is said."""
        return self.find(default_id(type_name)) or _parse(self._default(type_name))

    def named(self, type_name: str, name: str, parent_id: str | None) -> Template | None:
        """Return the template of an entity type with this name and this parent; None where there is none."""
        key = (type_name, name, parent_id)
        return next((one for one in self if (one.entity_type, one.name, one.parent_id) == key), None)

    def choose(self, type_name: str, name: str | None, id: Any, parent_id: str | None = None) -> Template:
        """Return the template with this name, else with this id, else the entity type's default template.

        Args:
            type_name: The entity type's name.
            name: The template's name; None where it is chosen in another way.
            id: The template's id; None for the default.
            parent_id: Id of the template of the entity that the new one would belong to: templates of one name may be
                for different ones.

        Raises:
            TemplateNotFoundByName: The entity type has no template with this name; some types have codes of their own.
            MoreThanOneTemplateWithName: It has several, and each of them would do; sessions have a code of their own.
            TemplateNotFound: There is no template with this id.
            EntityTypeTemplateMismatch: It is one of another entity type.
        """
        if name is not None:
            return self._named(type_name, name, parent_id)
        if id is None:
            return self.default(type_name)
        template = self.find(_uuid(id))
        if template is None:
            raise TemplateNotFound(f"There is no template [{id}]", templateId=id)
        if template.entity_type != type_name:
            message = f"The template [{id}] is of the entity type {template.entity_type}, not {type_name}"
            raise EntityTypeTemplateMismatch(message, templateId=id, entityType=type_name)
        return template

    def _named(self, type_name: str, name: str, parent_id: str | None) -> Template:
        named = [template for template in self if (template.entity_type, template.name) == (type_name, name)]
        fitting = [template for template in named if template.parent_id in (None, parent_id)] or named
        if not fitting:
            raise _not_named(type_name, name)
        if len(fitting) > 1:
            message = (
                f"There are {len(fitting)} templates [{name}] of the entity type {type_name}: choose one by its id"
            )
            if type_name.endswith("-alert"):
                raise MoreThanOneTemplateWithName(message, numTemplatesFound=len(fitting), templateName=name)
            raise MoreThanOneTemplate(message, numOfTemplates=len(fitting), entityName=name)
        return fitting[0]

    def write(self, document: Document) -> Template:
        """Store a template, replacing the one with its id."""
        self._put(document)
        return self.parse(document)

    def parse(self, document: Document) -> Template:
        """Return the template that a document describes."""
        return _parse(document)

    def remove(self, id: str) -> None:
        """Remove a template."""
        self._store.delete(COLLECTION, id)
        self._forget()

    def _put(self, document: Document) -> None:
        self._store.put(COLLECTION, document["id"], document)
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._generation += 1
            self._parsed.clear()

    def _complete(self, document: Document) -> None:
        """Bring a template up to date that was stored without attributes; its entities stay as they are."""
        type_name = next((type for type in BUILT_IN if _legacy_id(type, document["name"]) == document["id"]), None)
        if type_name is None:
            self._store.delete(COLLECTION, document["id"])
            return
        is_default = document["id"] == default_id(type_name)
        name = self._default(type_name)["name"] if is_default else document["name"]
        complete = self.blank(type_name, document["id"], name, document["displayName"])
        self._put({**complete, "removable": not is_default, "open": True})

    def _default(self, type_name: str) -> Document:
        display_name = BUILT_IN[type_name].display_name
        name = re.sub(r"\W", "", display_name)
        document = self.blank(type_name, default_id(type_name), name, display_name)
        return {**document, "removable": False, "open": True}

    def blank(self, type_name: str, id: str, name: str, display_name: str) -> Document:
        """Return the document of a template that has the built-in attributes alone."""
        built_in, now = BUILT_IN[type_name], timestamp(self._clock.now())
        return {
            "id": id,
            "name": name,
            "displayName": display_name,
            "description": None,
            "entityTypeName": type_name,
            "ownerOrganizationId": None,
            "parentTemplateId": None,
            "parentTemplate": None,
            "analyticsDbConfiguration": None,
            "builtInAttributes": [built_in_document(attribute, id) for attribute in built_in.attributes],
            "customAttributes": [],
            "templateAttributes": [
                template_attribute_document(attribute, id) for attribute in built_in.template_attributes
            ],
            "creationTime": now,
            "lastModifiedTime": now,
        }


def _parse(document: Document) -> Template:
    built_in = BUILT_IN[document["entityTypeName"]]
    own = {
        (attribute.get("basePath") or "", attribute["name"]): attribute for attribute in document["builtInAttributes"]
    }
    attributes = [
        *(_configured(attribute, own.get((attribute.base_path, attribute.name))) for attribute in built_in.attributes),
        *(attribute_from_document(attribute, custom=True) for attribute in document["customAttributes"]),
    ]
    containers = {attribute.path[:depth] for attribute in attributes for depth in range(1, len(attribute.path))}
    containers |= {tuple(base.split(".")) for base in built_in.bases.values() if base}
    return Template(document, tuple(attributes), bool(document.get("open")), frozenset(containers))


def _configured(attribute: Attribute, document: Mapping[str, Any] | None) -> Attribute:
    """Return a built-in attribute as a template has it: what the platform alone says of it stays."""
    if document is None:
        return attribute
    own = attribute_from_document(document, custom=False)
    return replace(
        own,
        type=attribute.type,
        read_only=attribute.read_only,
        at_creation=attribute.at_creation,
        mandatory=attribute.mandatory or own.mandatory,
        choices=attribute.choices or own.choices,
        category=attribute.category,
    )


def _not_named(type_name: str, name: str) -> ApiError:
    message = f"There is no template [{name}] of the entity type {type_name}: create it at /settings/v1/templates"
    if type_name in ("usage-session", "command"):
        return SessionTemplateNotFound(message, entityName=name)
    if type_name == "device":
        return TemplateNotFound(message, templateId=name)
    return TemplateNotFoundByName(message, templateName=name)


def _legacy_id(type_name: str, name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{type_name}/{name}"))


def _uuid(id: Any) -> str:
    try:
        return str(uuid.UUID(id))
    except (AttributeError, TypeError, ValueError):
        raise BadRequest("The field [_templateId] must be a UUID") from None
