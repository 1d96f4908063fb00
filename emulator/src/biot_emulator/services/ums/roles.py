"""Roles: the permissions that people and service users get with their tokens (contract section 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from biot_emulator.api.permissions import PROTECTED_API
from biot_emulator.security.token_scopes import SCOPES, SELF_SCOPES, SERVICE_SCOPES
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID, PLUGIN_ROLE_ID
from biot_emulator.services.ums.created_roles import CreatedRoles

__all__ = [
    "CAREGIVER",
    "CHANGE_ADMIN",
    "MANUFACTURER_ADMIN",
    "MFA_SCOPES",
    "ORGANIZATION_ADMIN",
    "ORGANIZATION_USER",
    "PATIENT",
    "REGISTERED",
    "SERVICE",
    "Roles",
]

MANUFACTURER_ADMIN = "MANUFACTURER_ADMIN"
"""An administrator of the whole platform."""
ORGANIZATION_ADMIN = "ORGANIZATION_ADMIN"
"""The primary administrator of an organization."""
ORGANIZATION_USER = "ORGANIZATION_USER"
"""Any other organization user, an operator."""
CAREGIVER = "CAREGIVER"
PATIENT = "PATIENT"
REGISTERED = "REGISTERED"
"""Somebody who has registered without being a person that the platform knows: there is nothing to see for them."""
SERVICE = "SERVICE"
"""A service user, as plugins are."""

CHANGE_ADMIN = "ORGANIZATION_CHANGE_ADMIN"
MFA_SCOPES = ("UMS_MFA_LOGIN", "UMS_RESEND_MFA_SMS")
"""What may be called between the password and the code of a log-in in two steps."""

_OF_PEOPLE: Mapping[str, Sequence[str]] = {
    ORGANIZATION_ADMIN: (*SCOPES["user"], CHANGE_ADMIN),
    ORGANIZATION_USER: SCOPES["user"],
    CAREGIVER: SCOPES["user"],
    PATIENT: (PROTECTED_API, *SELF_SCOPES),
    REGISTERED: SELF_SCOPES,
}


class Roles:
    """What each role may call: a table for people, and for service users the roles that were created.

    Args:
        permissions: Every permission, which administrators have.
        created: The roles that were created for service users.
    """

    def __init__(self, permissions: Sequence[str], created: CreatedRoles) -> None:
        self._all = sorted({*permissions, *SCOPES["user"], CHANGE_ADMIN} - {*MFA_SCOPES})
        self._created = created

    def of_person(self, role: str) -> list[str]:
        """Return the permissions of a person's role."""
        return self._all if role == MANUFACTURER_ADMIN else list(_OF_PEOPLE.get(role, ()))

    def of_service(self, role_id: str) -> list[str]:
        """Return the permissions of a service user's role; of a deleted one, what every service user may."""
        if role_id == ADMINISTRATOR_ROLE_ID:
            return self._all
        if role_id == PLUGIN_ROLE_ID:
            return SERVICE_SCOPES
        role = self._created.find(role_id)
        return sorted({PROTECTED_API, *(role["permissionIds"] if role else ())} - {*MFA_SCOPES})

    def has_service_role(self, role_id: str) -> bool:
        """Whether service users can have this role."""
        return role_id in (ADMINISTRATOR_ROLE_ID, PLUGIN_ROLE_ID) or self._created.find(role_id) is not None
