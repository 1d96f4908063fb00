"""Handlers of what organizations and their people have beside their entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import uuid_variable
from biot_emulator.api.call import Call
from biot_emulator.api.errors import AccessDenied
from biot_emulator.api.response import ApiResponse
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.entities.errors import OrganizationNotFound, UserNotFound
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.people.directory import Directory
from biot_emulator.services.people.errors import (
    InvitationNotFound,
    InvitationNotSupported,
    UserIsNotAdmin,
    UserTemplateMismatch,
)
from biot_emulator.services.people.invitations import Invitations, can_log_in, has_codes
from biot_emulator.services.ums.roles import MANUFACTURER_ADMIN, ORGANIZATION_ADMIN, SERVICE

__all__ = ["PeopleHandlers"]

_USER = "organization-user"
_INVITERS = (MANUFACTURER_ADMIN, ORGANIZATION_ADMIN, SERVICE)


@dataclass(frozen=True, slots=True)
class PeopleHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        entities: The entities.
        directory: The people of all types.
        invitations: The invitations that were sent.
        changes: Where each change is recorded, for the notifications.
    """

    entities: Entities
    directory: Directory
    invitations: Invitations
    changes: EntityChanges

    def resend_invitation(self, call: Call) -> ApiResponse:
        """Send somebody's invitation again."""
        id = uuid_variable(call, "userId")
        found = self.directory.find(id)
        if found is None:
            raise InvitationNotFound(f"The user [{id}] has no invitation that could be accepted", userId=id)
        type_name, person = found
        _require_inviter(call, person)
        if has_codes(person) or not can_log_in(type_name, person):
            raise InvitationNotSupported(f"The user [{id}] logs in by codes, or not at all")
        self.invitations.check(id)
        invitation = self.invitations.send(person)
        self.changes.record(type_name, "_resendInvitation", call, person)
        return ApiResponse(200, invitation)

    def change_admin(self, call: Call) -> ApiResponse:
        """Make another organization user the primary administrator of the caller's organization."""
        new = self._new_admin(uuid_variable(call, "newAdminId"), call)
        organization_id = new["_ownerOrganization"]["id"]
        organization = self._organization(organization_id)
        _require_admin(call, organization)
        changed, old = self.entities.update(
            "organization", organization_id, {"_primaryAdministrator": {"id": new["_id"]}}, by_platform=True
        )
        self.changes.record("organization", "_updateAdmin", call, changed, old)
        return ApiResponse(200, changed)

    def own_branding(self, call: Call) -> ApiResponse:
        """Return the branding of the caller's organization."""
        organization = self._organization(call.caller.organization_id if call.caller else TENANT_ID)
        return ApiResponse(200, _branding(organization))

    def default_branding(self, _: Call) -> ApiResponse:
        """Return the branding of the first organization."""
        return ApiResponse(200, _branding(self._organization(TENANT_ID)))

    def _organization(self, id: str) -> dict[str, Any]:
        organization = self.entities.find("organization", id)
        if organization is None:
            raise OrganizationNotFound(f"There is no organization [{id}]", id=id)
        return organization

    def _new_admin(self, id: str, call: Call) -> dict[str, Any]:
        found = self.directory.find(id)
        foreign = found and call.caller and not call.caller.sees_all
        if found is None or (
            foreign and found[1]["_ownerOrganization"]["id"] != getattr(call.caller, "organization_id", "")
        ):
            raise UserNotFound(f"There is no organization user [{id}]", id=id)
        type_name, person = found
        if type_name != _USER:
            message = f"The user [{id}] is no organization user, and so cannot be an administrator"
            raise UserTemplateMismatch(message, userId=id, templateId=person["_template"]["id"])
        return person


def _require_inviter(call: Call, person: Mapping[str, Any]) -> None:
    """Check that the caller invites people: administrators do, of their own organization, and services."""
    caller = call.caller
    if caller is None or caller.sees_all:
        return
    if caller.role not in _INVITERS or person["_ownerOrganization"]["id"] != caller.organization_id:
        raise AccessDenied("Only administrators of a person's organization send an invitation again")


def _require_admin(call: Call, organization: Mapping[str, Any]) -> None:
    """Check that the caller is the organization's primary administrator, or one of the whole platform."""
    caller = call.caller
    primary = (organization.get("_primaryAdministrator") or {}).get("id")
    if caller is None or (caller.subject_id != primary and caller.role != MANUFACTURER_ADMIN):
        message = "Only the primary administrator of an organization can make somebody else that"
        raise UserIsNotAdmin(message, organizationId=organization["_id"], userId=caller and caller.subject_id)


def _branding(organization: Mapping[str, Any]) -> dict[str, Any]:
    """Return the branding, by its published schema, which has no nulls."""
    return {name: value for name, value in (organization.get("_branding") or {}).items() if value is not None}
