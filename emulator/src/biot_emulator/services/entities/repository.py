"""The entities of all types, in one store that knows a type by its row in the table alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from biot_emulator.api.errors import BadRequest
from biot_emulator.api.indexed_search import documents_having, search_collection
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.entities.captions import caption, reference
from biot_emulator.services.entities.errors import (
    AlertOfAnotherTemplate,
    CannotDeleteFirstOrganization,
    DeviceAlreadyExists,
    EntityAlreadyExists,
    InvalidDeviceName,
    OwnerOrganizationCannotBeNull,
    SessionOfAnotherTemplate,
)
from biot_emulator.services.entities.references import References
from biot_emulator.services.entities.rules import Rules
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.services.files.catalogue import Catalogue
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.definitions import Template
from biot_emulator.services.templates.errors import (
    AttributeIsMandatory,
    OwnerOrganizationMismatch,
    ValueAlreadyExists,
)
from biot_emulator.services.templates.writing import blank_entity, check_mandatory, merged, value_at
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["Entities"]

_TYPES = {entity_type.name: entity_type for entity_type in ENTITY_TYPES}
_ADMINISTRATOR = "_primaryAdministrator"
#: What every entity has, and no template has as an attribute.
_ABOUT = ("_template", "_caption", "_referencers", "_templateId")
_MAX_OWN_ID = 108
_OWN_ID = re.compile(rf"[a-zA-Z0-9:_-]{{1,{_MAX_OWN_ID}}}")

Entity = dict[str, Any]


class Entities:
    """Creates, reads, changes and deletes entities; an entity is a document as the API returns it.

    Args:
        store: The state.
        clock: The platform's time.
        templates: The templates of entities.
        rules: What entities obey beside their types and templates.
    """

    def __init__(self, store: Store, clock: Clock, templates: Templates, rules: Rules[Entities]) -> None:
        self._store = store
        self._clock = clock
        self._templates = templates
        self._rules = rules
        self._references = References(_TYPES, Catalogue(store), self)

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes inside, or none when an exception is raised."""
        return self._store.transaction()

    def having(self, type_name: str, attribute: str, value: str) -> list[Entity]:
        """Return the entities of a type that have a text in an attribute, the oldest first.

        Args:
            type_name: The entity type's name.
            attribute: The attribute's name, with those of inner ones after a dot, as `_device.id`.
            value: The text.
        """
        return documents_having(self._store, _collection(type_name), attribute, value)

    def find(self, type_name: str, id: str) -> Entity | None:
        """Return an entity; None where there is none."""
        return self._store.get(_collection(type_name), id)

    def has_organization(self, id: str) -> bool:
        """Whether there is an organization with this id."""
        return self.find("organization", id) is not None

    def all(self, type_name: str) -> list[Entity]:
        """Return all entities of a type, the oldest first."""
        return self._store.all(_collection(type_name))

    def with_value(self, type_name: str, name: str, value: Any) -> list[Entity]:
        """Return the entities of a type that have a value, by the attribute's full name such as `_mfa.enabled`."""
        return documents_having(self._store, _collection(type_name), name, value)

    def search(self, type_name: str, request: str | None, restriction: Mapping[str, Any] | None = None) -> Entity:
        """Return one page of the entities of a type that match a search request.

        Args:
            type_name: The entity type's name.
            request: The text of the `searchRequest`; None where there is none.
            restriction: A further filter, which the response does not repeat.

        Raises:
            BadRequest: The request is not valid.
        """
        return search_collection(self._store, _collection(type_name), request, restriction)

    def read(self, type_name: str, id: str) -> Entity:
        """Return an entity. Raises the type's EntityNotFound."""
        entity = self.find(type_name, id)
        if entity is None:
            raise _TYPES[type_name].not_found(f"There is no {type_name} [{id}]", id=id)
        return entity

    def create(
        self,
        type_name: str,
        attributes: Entity,
        *,
        organization_id: str = TENANT_ID,
        template: str | None = None,
        own: Mapping[str, Any] | None = None,
        id: str | None = None,
    ) -> Entity:
        """Create an entity.

        Args:
            type_name: The entity type's name.
            attributes: The entity's attributes; references as objects with an `id`.
            organization_id: The owner, where `_ownerOrganization` is not among the attributes.
            template: The template's name, where `_templateId` is not among the attributes.
            own: Values that the platform itself gives it, read-only attributes among them.
            id: The entity's id, where neither the attributes nor chance decide it.

        Raises:
            ApiError: The attributes are not valid for this type, or for the template.
        """
        entity_type = _TYPES[type_name]
        with self._store.transaction():
            parent_id = self._parent_template_id(entity_type, attributes)
            chosen = self._templates.choose(type_name, template, attributes.get("_templateId"), parent_id)
            body = {"_ownerOrganization": {"id": organization_id}, **_without_owner(entity_type, attributes)}
            administrator = body.pop(_ADMINISTRATOR, None) if _is_new_administrator(body) else None
            entity = merged(chosen, blank_entity(chosen), _requested(body, {}))
            entity = merged(chosen, entity, own or {}, by_platform=True)
            entity["_template"] = chosen.reference
            return self._add(entity_type, chosen, entity, administrator, id)

    def import_entity(self, type_name: str, entity: Entity) -> None:
        """Write an entity as it is, with its id: for those that no request creates."""
        self._store.put(_collection(type_name), entity["_id"], entity)

    def update(
        self, type_name: str, id: str, attributes: Mapping[str, Any], *, by_platform: bool = False
    ) -> tuple[Entity, Entity]:
        """Change attributes; return the entity as it is and as it was.

        Args:
            type_name: The entity type's name.
            id: The entity's id.
            attributes: The attributes to change; all others stay as they are.
            by_platform: Whether the platform itself changes them, which may change read-only ones too.

        Raises:
            ApiError: There is no such entity, or the attributes are not valid for its type, or for its template.
        """
        entity_type = _TYPES[type_name]
        with self._store.transaction():
            old = self.read(type_name, id)
            template = self._templates.of(type_name, old)
            if attributes.get("_ownerOrganization", {}) is None and entity_type.person:
                raise OwnerOrganizationCannotBeNull("The attribute [_ownerOrganization] cannot be null")
            entity = merged(template, old, _requested(attributes, old), by_platform=by_platform)
            return self._put(entity_type, template, entity, old, by_platform=by_platform), old

    def set_own(self, type_name: str, id: str, attributes: Entity) -> Entity:
        """Set attributes that only the platform sets, as they are; return the entity.

        Raises:
            ApiError: There is no such entity.
        """
        with self._store.transaction():
            now = timestamp(self._clock.now())
            entity = {**self.read(type_name, id), **attributes, "_lastModifiedTime": now}
            self.import_entity(type_name, entity)
        return entity

    def set_enabled(self, type_name: str, id: str, state: str) -> tuple[Entity, Entity]:
        """Allow or forbid a person to log in; return the entity as it is and as it was.

        Args:
            type_name: The entity type's name.
            id: The person's id.
            state: `ENABLED` or `DISABLED`.

        Raises:
            ApiError: There is no such person, or it cannot be disabled.
        """
        with self._store.transaction():
            person = self.read(type_name, id)
            if state != "ENABLED":
                self._rules.check_disabling(self, _TYPES[type_name], person)
            return self.update(type_name, id, {"_enabled": state}, by_platform=True)

    def delete(self, type_name: str, id: str) -> Entity:
        """Delete an entity, and return it one last time.

        Raises:
            ApiError: There is no such entity, or it cannot be deleted.
        """
        if (type_name, id) == ("organization", TENANT_ID):
            raise CannotDeleteFirstOrganization("The first organization cannot be deleted")
        with self._store.transaction():
            entity = self.read(type_name, id)
            self._rules.check_deletion(self, _TYPES[type_name], entity)
            self._store.delete(_collection(type_name), id)
            self._rules.deleted(_TYPES[type_name], entity)
        return entity

    def _add(
        self, entity_type: EntityType, template: Template, entity: Entity, administrator: Any, id: str | None
    ) -> Entity:
        now = timestamp(self._clock.now())
        if entity_type.own_id:
            self._check_own_id(entity_type, entity["_id"])
        else:
            entity["_id"] = id or str(uuid.uuid4())
        if entity_type.started and entity.get(entity_type.started) is None:
            entity[entity_type.started] = now
        entity["_creationTime"] = now
        entity["_referencers"] = None
        if administrator is not None:
            self._add_administrator(template, entity, administrator)
        return self._put(entity_type, template, entity, {})

    def _add_administrator(self, template: Template, organization: Entity, administrator: Entity) -> None:
        """Create the administrator of an organization that is created with it: each refers to the other."""
        named = {**organization, "_caption": caption("organization", organization)}
        check_mandatory(template, {**named, _ADMINISTRATOR: administrator}, {})
        self._rules.check(self, _TYPES["organization"], named, {})
        self.import_entity("organization", named)
        # It belongs to the organization, whatever is said of it.
        own = {"_ownerOrganization": {"id": organization["_id"]}}
        person = self.create("organization-user", {**administrator, **own})
        organization[_ADMINISTRATOR] = reference(person)

    def _parent_template_id(self, entity_type: EntityType, attributes: Mapping[str, Any]) -> str | None:
        """Return the id of the template of what a new entity belongs to; None where it belongs to nothing."""
        attribute, value = entity_type.parent[0], attributes.get(entity_type.parent[0])
        id = value.get("id") if isinstance(value, Mapping) else None
        parent = self.find(entity_type.references[attribute], id) if isinstance(id, str) else None
        return parent["_template"]["id"] if parent else None

    def _check_own_id(self, entity_type: EntityType, id: Any) -> None:
        """Check the id of an entity whose creator chooses it, as a device's."""
        if not id:
            raise AttributeIsMandatory("The attribute [_id] is mandatory", attributeName="_id")
        if not _OWN_ID.fullmatch(id):
            message = (
                f"The attribute [_id] must be of up to {_MAX_OWN_ID} letters, digits, colons, underscores and hyphens"
            )
            raise InvalidDeviceName(message, name=id)
        if self.find(entity_type.name, id) is not None:
            message = f"There is a {entity_type.name} [{id}] already"
            if entity_type.name == "device":
                raise DeviceAlreadyExists(message, deviceId=id)
            raise EntityAlreadyExists(message, id=id)

    def _put(
        self,
        entity_type: EntityType,
        template: Template,
        entity: Entity,
        old: Mapping[str, Any],
        *,
        by_platform: bool = False,
    ) -> Entity:
        check_mandatory(template, entity, old)
        self._rules.check(self, entity_type, entity, old)
        self._references.complete(template, entity, old, by_platform=by_platform)
        self._check_template(entity_type, template, entity)
        self._check_unique(entity_type, template, entity, old)
        entity["_lastModifiedTime"] = timestamp(self._clock.now())
        entity["_caption"] = caption(entity_type.name, entity)
        self._store.put(_collection(entity_type.name), entity["_id"], entity)
        self._rules.saved(self, entity_type, entity, old)
        return entity

    def _check_template(self, entity_type: EntityType, template: Template, entity: Entity) -> None:
        """Check that the template is one for this entity's organization, and for what the entity belongs to."""
        organization = entity["_ownerOrganization"]["id"]
        if template.owner_id not in (None, organization):
            message = f"The template [{template.name}] is for another organization"
            raise OwnerOrganizationMismatch(
                message, providedOwnerOrganizationId=organization, templateOwnerOrganizationId=template.owner_id
            )
        parent = entity.get(entity_type.parent[0])
        if template.parent_id is None or parent is None or parent["templateId"] == template.parent_id:
            return
        message = f"The template [{template.name}] is for what has another template than [{parent['id']}]"
        if entity_type.name.endswith("-alert"):
            raise AlertOfAnotherTemplate(message, alertTemplateId=template.id, parentTemplateId=parent["templateId"])
        raise SessionOfAnotherTemplate(message, sessionTemplateId=template.id, deviceTemplateId=parent["templateId"])

    def _check_unique(
        self, entity_type: EntityType, template: Template, entity: Entity, old: Mapping[str, Any]
    ) -> None:
        for path, attribute in template.by_path.items():
            value = value_at(entity, path)
            if not attribute.unique or value is None or value == value_at(old, path):
                continue
            for other in self.with_value(entity_type.name, attribute.full_name, value):
                if other["_id"] != entity["_id"] and other["_template"]["id"] == template.id:
                    name = attribute.full_name
                    message = f"Another {entity_type.name} has the same value of the attribute [{name}]"
                    raise ValueAlreadyExists(message, attributeName=name, value=value)


def _without_owner(entity_type: EntityType, attributes: Mapping[str, Any]) -> Entity:
    """Return the attributes without an owner that is null, which only those may have who are no people."""
    if attributes.get("_ownerOrganization", {}) is not None:
        return dict(attributes)
    if entity_type.person:
        raise OwnerOrganizationCannotBeNull("The attribute [_ownerOrganization] cannot be null")
    return {name: value for name, value in attributes.items() if name != "_ownerOrganization"}


def _is_new_administrator(body: Mapping[str, Any]) -> bool:
    administrator = body.get(_ADMINISTRATOR)
    return isinstance(administrator, dict) and "id" not in administrator


def _requested(body: Mapping[str, Any], old: Mapping[str, Any]) -> Entity:
    """Return the attributes that a request sets: what is about the entity may be sent as it is."""
    for name in ("_template", "_caption", "_referencers"):
        if name in body and body[name] != old.get(name):
            raise BadRequest(f"The attribute [{name}] is the platform's own: leave it out")
    template = old.get("_template") or {}
    if old and body.get("_templateId") not in (None, template.get("id")):
        raise BadRequest("The template of an entity cannot be changed: leave [_templateId] out")
    return {name: value for name, value in body.items() if name not in _ABOUT}


def _collection(type_name: str) -> str:
    return f"entities/{type_name}"
