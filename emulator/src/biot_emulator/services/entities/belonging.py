"""Whether entities that refer to one another belong together, and what becomes of references to a deleted one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.services.templates.errors import DifferentReferencedOrganization

__all__ = ["check_same_organization", "delete_with_dependants", "entities_referring_to", "owner_id"]

_DELETED_WITH_PARENT = ("patient-alert", "device-alert", "command")
# Patients before those who care for them, who cannot be deleted while they have patients.
_PEOPLE = ("patient", "caregiver", "organization-user")

Entity = Mapping[str, Any]


def owner_id(entity: Entity) -> str:
    """Return the id of the organization that an entity belongs to; empty where it belongs to none."""
    return (entity.get("_ownerOrganization") or {}).get("id") or ""


def check_same_organization(entity: Entity, attribute: str) -> None:
    """Check that an entity refers to one of its own organization, or to none.

    Raises:
        DifferentReferencedOrganization: It does not.
    """
    target = entity.get(attribute) or {}
    organization, own = target.get("organizationId"), owner_id(entity)
    if organization is not None and organization != own:
        message = f"The attribute [{attribute}] refers to an entity of another organization"
        details = {"entityId": target["id"], "entityOrganizationId": organization, "requestedOrganizationId": own}
        raise DifferentReferencedOrganization(message, **details)


def entities_referring_to(entities: Entities, type_name: str, id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return whatever refers to an entity: the type, the attribute and the entity of each."""
    return [
        (entity_type.name, attribute, entity)
        for entity_type in ENTITY_TYPES
        for attribute, target in entity_type.references.items()
        if target == type_name
        for entity in entities.having(entity_type.name, f"{attribute}.id", id)
    ]


def delete_with_dependants(entities: Entities, type_name: str, id: str) -> dict[str, Any]:
    """Delete an entity with its alerts and commands, an organization with its people.

    In what else refers to the entity, the reference becomes null; what an organization has owned still says so.

    Returns:
        The entity as it was.

    Raises:
        ApiError: There is no such entity, or it cannot be deleted.
    """
    with entities.transaction():
        deleted = entities.delete(type_name, id)
        if type_name == "organization":
            _delete_people(entities, id)
        for other, attribute, entity in entities_referring_to(entities, type_name, id):
            if other in _DELETED_WITH_PARENT and attribute != "_clearedBy":
                entities.delete(other, entity["_id"])
            elif attribute != "_ownerOrganization":
                entities.import_entity(other, {**entity, attribute: None})
    return deleted


def _delete_people(entities: Entities, organization_id: str) -> None:
    for type_name in _PEOPLE:
        for person in entities.having(type_name, "_ownerOrganization.id", organization_id):
            delete_with_dependants(entities, type_name, person["_id"])
