"""Which role a person has: by the type of the entity, its template, and whom its organization names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.ums.roles import (
    CAREGIVER,
    MANUFACTURER_ADMIN,
    ORGANIZATION_ADMIN,
    ORGANIZATION_USER,
    PATIENT,
)

__all__ = ["FindEntity", "is_primary_admin", "role_of"]

Entity = Mapping[str, Any]
FindEntity = Callable[[str, str], dict[str, Any] | None]
"""Returns an entity by its type's name and its id; None where there is none."""


def role_of(find: FindEntity, type_name: str, entity: Entity) -> str:
    """Return the role of a person.

    Args:
        find: Finds the person's organization.
        type_name: The type of the person's entity.
        entity: The person's entity.
    """
    if type_name in ("patient", "caregiver"):
        return PATIENT if type_name == "patient" else CAREGIVER
    template = "".join(filter(str.isalpha, str((entity.get("_template") or {}).get("name")))).casefold()
    organization_id = (entity.get("_ownerOrganization") or {}).get("id")
    is_primary = is_primary_admin(find, entity)
    # The first organization is the manufacturer's, and no other has administrators of the whole platform.
    if organization_id == TENANT_ID and (template == "manufactureradmin" or is_primary):
        return MANUFACTURER_ADMIN
    return ORGANIZATION_ADMIN if template == "organizationadmin" or is_primary else ORGANIZATION_USER


def is_primary_admin(find: FindEntity, entity: Entity) -> bool:
    """Whether somebody is the primary administrator of the own organization."""
    organization = find("organization", str((entity.get("_ownerOrganization") or {}).get("id"))) or {}
    return bool(entity.get("_id")) and (organization.get("_primaryAdministrator") or {}).get("id") == entity["_id"]
