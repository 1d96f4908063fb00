"""The entities of all types, in one store that knows a type by its row in the table alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.entities.attributes import check_attributes, check_own_id, requested_attributes
from biot_emulator.services.entities.captions import caption, reference
from biot_emulator.services.entities.errors import (
    AttributeTypeMismatch,
    CannotDeleteFirstOrganization,
    EntityAlreadyExists,
    ReferencedEntityNotFound,
)
from biot_emulator.services.entities.rules import Rules
from biot_emulator.services.entities.templates import Templates
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["Entities"]

_ADMINISTRATOR = "_primaryAdministrator"
_TYPES = {entity_type.name: entity_type for entity_type in ENTITY_TYPES}

Entity = dict[str, Any]


class Entities:
    """Creates, reads, changes and deletes entities; an entity is a document as the API returns it.

    Args:
        store: The state.
        clock: The platform's time.
        templates: The templates of entities.
        rules: What entities obey beside their types.
    """

    def __init__(self, store: Store, clock: Clock, templates: Templates, rules: Rules[Entities]) -> None:
        self._store = store
        self._clock = clock
        self._templates = templates
        self._rules = rules

    def find(self, type_name: str, id: str) -> Entity | None:
        """Return an entity; None where there is none."""
        return self._store.get(_collection(type_name), id)

    def has_organization(self, id: str) -> bool:
        """Whether there is an organization with this id."""
        return self.find("organization", id) is not None

    def all(self, type_name: str) -> list[Entity]:
        """Return all entities of a type, the oldest first."""
        return self._store.all(_collection(type_name))

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
        id: str | None = None,
    ) -> Entity:
        """Create an entity.

        Args:
            type_name: The entity type's name.
            attributes: The entity's attributes; references as objects with an `id`.
            organization_id: The owner, where `_ownerOrganization` is not among the attributes.
            template: The template's name, where `_templateId` is not among the attributes.
            id: The entity's id, where neither the attributes nor chance decide it.

        Raises:
            ApiError: The attributes are not valid for this type.
        """
        entity_type = _TYPES[type_name]
        owned = {"_ownerOrganization": {"id": organization_id}, **_without_null_owner(attributes)}
        with self._store.transaction():
            entity = {**entity_type.defaults, **requested_attributes(entity_type, owned, {})}
            entity["_template"] = self._templates.find(type_name, template, attributes.get("_templateId"))
            return self._add(entity_type, entity, id)

    def import_entity(self, type_name: str, entity: Entity) -> None:
        """Write an entity as it is, with its id: for those that no request creates."""
        self._store.put(_collection(type_name), entity["_id"], entity)

    def update(self, type_name: str, id: str, attributes: Entity) -> tuple[Entity, Entity]:
        """Change attributes; return the entity as it is and as it was.

        Raises:
            ApiError: There is no such entity, or the attributes are not valid for its type.
        """
        entity_type = _TYPES[type_name]
        with self._store.transaction():
            old = self.read(type_name, id)
            entity = {**old, **requested_attributes(entity_type, attributes, old)}
            return self._put(entity_type, entity, old), old

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
            old = self.read(type_name, id)
            if state != "ENABLED":
                self._rules.check_disabling(self, _TYPES[type_name], old)
            return self._put(_TYPES[type_name], {**old, "_enabled": state}, old), old

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

    def _add(self, entity_type: EntityType, entity: Entity, id: str | None) -> Entity:
        now = timestamp(self._clock.now())
        if entity_type.own_id:
            check_attributes(entity_type, entity)
            check_own_id(entity["_id"])
            self._require_new(entity_type, entity["_id"])
        else:
            entity["_id"] = id or str(uuid.uuid4())
        if entity_type.started and entity.get(entity_type.started) is None:
            entity[entity_type.started] = now
        entity["_creationTime"] = now
        administrator = _new_administrator(entity)
        added = self._put(entity_type, {**entity, "_referencers": {}}, {})
        return self._put(entity_type, {**added, _ADMINISTRATOR: administrator}, added) if administrator else added

    def _require_new(self, entity_type: EntityType, id: str) -> None:
        if self.find(entity_type.name, id) is not None:
            raise EntityAlreadyExists(f"There is a {entity_type.name} [{id}] already", id=id)

    def _put(self, entity_type: EntityType, entity: Entity, old: Mapping[str, Any]) -> Entity:
        check_attributes(entity_type, entity)
        self._rules.check(self, entity_type, entity, old)
        for name, type_name in entity_type.references.items():
            if entity.get(name) is not None and entity[name] != old.get(name):
                entity[name] = self._resolve(name, type_name, entity[name], entity)
        entity["_lastModifiedTime"] = timestamp(self._clock.now())
        entity["_caption"] = caption(entity)
        self._store.put(_collection(entity_type.name), entity["_id"], entity)
        self._rules.saved(self, entity_type, entity, old)
        return entity

    def _resolve(self, name: str, type_name: str, value: Any, entity: Entity) -> Entity:
        """Return the reference to the entity that an attribute's value names by its `id`."""
        id = value.get("id") if isinstance(value, dict) else None
        if isinstance(value, dict) and id is None and name == _ADMINISTRATOR:
            # It belongs to the organization, whatever is said of it.
            own = {"_ownerOrganization": {"id": entity["_id"]}}
            return reference(self.create(type_name, {**value, **own}))
        if not isinstance(id, str):
            message = f"The attribute [{name}] must be an object with the [id] of a {type_name}"
            raise AttributeTypeMismatch(message, attributeName=name, value=value, type="reference")
        target = self.find(type_name, id)
        if target is None:
            message = f"The attribute [{name}] refers to the {type_name} [{id}], which there is not"
            raise ReferencedEntityNotFound(message, attributeName=name, entityId=id)
        return reference(target)


def _new_administrator(entity: Entity) -> Any:
    """Take out the administrator who is created together with an organization, and after it; None where none is."""
    value = entity.get(_ADMINISTRATOR)
    return entity.pop(_ADMINISTRATOR) if isinstance(value, dict) and value.get("id") is None else None


def _without_null_owner(attributes: Entity) -> Entity:
    return {name: value for name, value in attributes.items() if (name, value) != ("_ownerOrganization", None)}


def _collection(type_name: str) -> str:
    return f"entities/{type_name}"
