"""The organization and the administrator that every platform begins with."""

from __future__ import annotations

from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.entities.captions import reference
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.writing import blank_entity
from biot_emulator.services.ums.users import Users
from biot_emulator.state.clock import Clock
from biot_emulator.state.timestamps import timestamp

__all__ = ["ensure_first_organization"]


def ensure_first_organization(entities: Entities, templates: Templates, users: Users, clock: Clock) -> None:
    """Create the first organization, and in it the first administrator's entity, where they are missing."""
    templates.ensure_defaults()
    if entities.find("organization", TENANT_ID) is None:
        _create_organization(entities, templates, timestamp(clock.now()))
    admin = users.admin
    if entities.find("organization-user", admin.id) is None:
        _create_administrator(entities, admin.id, admin.username)


def _create_organization(entities: Entities, templates: Templates, now: str) -> None:
    template = templates.default("organization")
    name = "First organization"
    entity = {**blank_entity(template), "_id": TENANT_ID, "_name": name, "_caption": name}
    entity.update(_template=template.reference, _creationTime=now, _lastModifiedTime=now, _referencers=None)
    # It belongs to itself, so no reference to its owner can be resolved before it is there.
    owner = reference({**entity, "_ownerOrganization": {"id": TENANT_ID}})
    entities.import_entity("organization", {**entity, "_ownerOrganization": owner})


def _create_administrator(entities: Entities, id: str, username: str) -> None:
    name = {"firstName": "First", "lastName": "Administrator"}
    # Whoever starts the platform may log in by a name that is no address of mail.
    entity = entities.create("organization-user", {"_name": name}, id=id)
    entities.import_entity("organization-user", {**entity, "_email": username})
    entities.update("organization", TENANT_ID, {"_primaryAdministrator": {"id": id}}, by_platform=True)
