"""The organization and the administrator that every platform begins with."""

from __future__ import annotations

from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.templates import Templates
from biot_emulator.services.ums.users import Users
from biot_emulator.state.clock import Clock
from biot_emulator.state.timestamps import timestamp

__all__ = ["ensure_first_organization"]


def ensure_first_organization(entities: Entities, templates: Templates, users: Users, clock: Clock) -> None:
    """Create the first organization, and in it the first administrator's entity, where they are missing."""
    if entities.find("organization", TENANT_ID) is None:
        _create_organization(entities, templates, timestamp(clock.now()))
    admin = users.admin
    if entities.find("organization-user", admin.id) is None:
        _create_administrator(entities, admin.id, admin.username)


def _create_organization(entities: Entities, templates: Templates, now: str) -> None:
    name = "First organization"
    entity = {"_id": TENANT_ID, "_name": name, "_creationTime": now, "_lastModifiedTime": now, "_caption": name}
    # It belongs to itself, so no reference to its owner can be resolved before it is there.
    owner = {"id": TENANT_ID, "name": name}
    template = templates.find("organization", None, None)
    entities.import_entity(
        "organization", {**entity, "_ownerOrganization": owner, "_template": template, "_referencers": {}}
    )


def _create_administrator(entities: Entities, id: str, username: str) -> None:
    name = {"firstName": "First", "lastName": "Administrator"}
    entities.create("organization-user", {"_name": name, "_email": username}, id=id)
    entities.update("organization", TENANT_ID, {"_primaryAdministrator": {"id": id}})
