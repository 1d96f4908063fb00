"""What attributes refer to: entities and files that exist, and that an entity may refer to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from biot_emulator.services.entities.captions import reference
from biot_emulator.services.entities.errors import (
    CaregiverOfAnotherOrganization,
    OrganizationNotFound,
)
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.files.catalogue import Catalogue
from biot_emulator.services.files.errors import FileIdNotFound
from biot_emulator.services.templates.definitions import Attribute, Reference, Template
from biot_emulator.services.templates.errors import (
    AlreadyReferencedUniquely,
    AttributeTypeMismatch,
    DifferentReferencedOrganization,
    NotValidTemplateToReference,
    ReferencedEntityNotFound,
    ReferencedEntityTypeMismatch,
)
from biot_emulator.services.templates.writing import put_value, value_at

__all__ = ["FindEntities", "References"]

Entity = dict[str, Any]


class FindEntities(Protocol):
    """Finds the entities that attributes refer to."""

    def find(self, type_name: str, id: str, /) -> Entity | None:
        """Return an entity; None where there is none."""
        ...

    def with_value(self, type_name: str, name: str, value: Any, /) -> list[Entity]:
        """Return the entities that have a value, by the attribute's full name."""
        ...


class References:
    """Completes what attributes refer to, and refuses what they may not refer to.

    Args:
        types: The entity types by name.
        files: The files.
        entities: Finds entities.
    """

    def __init__(self, types: Mapping[str, EntityType], files: Catalogue, entities: FindEntities) -> None:
        self._types = types
        self._files = files
        self._entities = entities

    def complete(self, template: Template, entity: Entity, old: Mapping[str, Any], *, by_platform: bool) -> None:
        """Complete the references that have changed, in place.

        Args:
            template: The entity's template.
            entity: The entity.
            old: The entity before.
            by_platform: Whether the platform itself has changed them.

        Raises:
            ApiError: One refers to what there is not, or to what it may not refer to.
        """
        for path, attribute in template.by_path.items():
            value = value_at(entity, path)
            if value is None or value == value_at(old, path):
                continue
            if attribute.reference is not None:
                target = self._target(template, attribute, attribute.reference, value["id"], by_platform)
                if not by_platform:
                    self._check(template, attribute, attribute.reference, entity, target)
                put_value(entity, path, self._reference(target))
            elif attribute.type in ("FILE", "IMAGE"):
                put_value(entity, path, self._file(attribute, value["id"]))

    def _reference(self, target: tuple[str, Entity]) -> Entity:
        return reference(target[1], self._types[target[0]].parent[0])

    def _target(
        self, template: Template, attribute: Attribute, to: Reference, id: str, any_type: bool
    ) -> tuple[str, Entity]:
        name, others = attribute.full_name, [type for type in self._types if type != to.entity_type]
        if (entity := self._entities.find(to.entity_type, id)) is not None:
            return to.entity_type, entity
        for type_name in others:
            if (entity := self._entities.find(type_name, id)) is not None and any_type:
                return type_name, entity
            if entity is not None:
                message = f"The attribute [{name}] refers to [{id}], which is no {to.entity_type}"
                raise ReferencedEntityTypeMismatch(
                    message, attributeName=name, entityId=id, entityTypeName=to.entity_type
                )
        message = f"The attribute [{name}] refers to the {to.entity_type} [{id}], which there is not"
        if name == "_ownerOrganization" and self._types[template.entity_type].person:
            raise OrganizationNotFound(message, id=id)
        raise ReferencedEntityNotFound(message, attributeName=name, entityId=id)

    def _check(
        self, template: Template, attribute: Attribute, to: Reference, entity: Entity, target: tuple[str, Entity]
    ) -> None:
        name, id, target_template = attribute.full_name, target[1]["_id"], target[1]["_template"]["id"]
        if to.templates and target_template not in to.templates:
            message = f"The attribute [{name}] may not refer to entities of the template of [{id}]"
            raise NotValidTemplateToReference(
                message, attributeName=name, entityId=id, referencedEntityTemplateId=target_template
            )
        if to.entity_type != "organization":
            self._check_organization(attribute, entity, target[1])
        if to.uniquely:
            self._check_unique(template, attribute, entity, id)

    def _check_organization(self, attribute: Attribute, entity: Entity, target: Entity) -> None:
        own, other = _organization(entity), _organization(target)
        if own == other:
            return
        message = f"The attribute [{attribute.full_name}] refers to [{target['_id']}] of another organization"
        if attribute.name == "_caregiver":
            raise CaregiverOfAnotherOrganization(message, patientOrganizationId=own, caregiverOrganizationId=other)
        raise DifferentReferencedOrganization(
            message, entityId=target["_id"], entityOrganizationId=other, requestedOrganizationId=own
        )

    def _check_unique(self, template: Template, attribute: Attribute, entity: Entity, id: str) -> None:
        for other in self._entities.with_value(template.entity_type, f"{attribute.full_name}.id", id):
            if other["_id"] != entity.get("_id") and other["_template"]["id"] == template.id:
                message = f"The attribute [{attribute.full_name}] of [{other['_id']}] refers to [{id}] already"
                raise AlreadyReferencedUniquely(
                    message,
                    attributeName=attribute.full_name,
                    referencedEntityId=id,
                    referencingEntityId=other["_id"],
                    referencingTemplateId=template.id,
                )

    def _file(self, attribute: Attribute, id: str) -> Entity:
        name = attribute.full_name
        try:
            file = self._files.find(id)
        except FileIdNotFound:
            message = f"The attribute [{name}] refers to the file [{id}], which there is not"
            raise ReferencedEntityNotFound(message, attributeName=name, entityId=id) from None
        allowed = attribute.media_types
        if (allowed and file.mimeType not in allowed) or not _is_of(attribute.type, file.mimeType):
            message = f"The attribute [{name}] takes no file of the media type {file.mimeType}"
            raise AttributeTypeMismatch(message, attributeName=name, value=file.mimeType, type=attribute.type)
        return {"id": id, "name": file.name, "mimeType": file.mimeType, "size": file.size, "publicUrl": None}


def _is_of(type: str, media_type: str) -> bool:
    return type != "IMAGE" or media_type.startswith("image/")


def _organization(entity: Mapping[str, Any]) -> Any:
    """Return the id of the organization that an entity belongs to; an organization belongs to itself."""
    if "_primaryAdministrator" in entity:
        return entity["_id"]
    return value_at(entity, ("_ownerOrganization", "id"))
