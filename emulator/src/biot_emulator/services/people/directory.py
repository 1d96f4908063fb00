"""Finds people by their ids alone, and keeps their entities and their log-ins alike."""

from __future__ import annotations

from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.people.errors import UserIsOrganizationAdmin
from biot_emulator.services.people.invitations import Invitations, accepted_attributes, not_accepted_attributes
from biot_emulator.services.people.roles import is_primary_admin

__all__ = ["Directory"]

_PEOPLE = tuple(entity_type.name for entity_type in ENTITY_TYPES if entity_type.person)

Entity = dict[str, Any]


class Directory:
    """The people of all types.

    Args:
        entities: All entities.
        invitations: The invitations that were sent.
        changes: Where each change is recorded, for the notifications.
    """

    def __init__(self, entities: Entities, invitations: Invitations, changes: EntityChanges) -> None:
        self._entities = entities
        self._invitations = invitations
        self._changes = changes

    def find(self, id: str) -> tuple[str, Entity] | None:
        """Return a person's entity, with its type's name before it; None where there is no such person."""
        found = ((name, self._entities.find(name, id)) for name in _PEOPLE)
        return next(((name, entity) for name, entity in found if entity is not None), None)

    def enable(self, call: Call, id: str, enabled: bool) -> bool:
        """Enable or disable a person; return whether there is one with this id."""
        found = self.find(id)
        if found is None:
            return False
        entity, old = self._entities.set_enabled(found[0], id, "ENABLED" if enabled else "DISABLED")
        self._changes.record(found[0], "_updateEnabledState", call, entity, old)
        return True

    def check_login_deletion(self, id: str) -> None:
        """Check that a log-in may be deleted: an organization's primary administrator needs one.

        Raises:
            UserIsOrganizationAdmin: It is that of one.
        """
        found = self.find(id)
        if found and found[0] == "organization-user" and is_primary_admin(self._entities.find, found[1]):
            message = f"The user [{id}] is the primary administrator of its organization: transfer the administration"
            raise UserIsOrganizationAdmin(f"{message} first", id=id)

    def forget_login(self, id: str) -> None:
        """Have the entity of somebody who can no longer log in say so; an invitation can be sent again."""
        found = self.find(id)
        if found:
            self._invitations.reopen(self._entities.set_own(found[0], id, not_accepted_attributes(found[1])))

    def accept_invitation(self, call: Call, id: str, data: dict[str, Any]) -> None:
        """Create the log-in of somebody who was invited.

        Raises:
            ApiError: There is no invitation, or the password or the user name may not be used.
        """
        self._invitations.check(id)
        found = self.find(id)
        if found is None:
            return
        type_name, old = found
        user = self._invitations.accept(self._entities.find, type_name, old, data)
        accepted = self._entities.set_own(type_name, id, accepted_attributes(old, user.username))
        self._changes.record(type_name, "_update", call, accepted, old)
