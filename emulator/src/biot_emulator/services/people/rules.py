"""What holds for people and organizations, before and after each change of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.errors import AccessDenied
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.type_definition import EntityType
from biot_emulator.services.people.errors import (
    CaregiverAssigned,
    CountryCodeMissing,
    EmailChangeNotPermitted,
    EmailMissing,
    OtpMfaConflict,
    OtpPhoneMissing,
    OtpPhoneUpdateDisabled,
    UserIsOrganizationAdmin,
    UsernameTaken,
)
from biot_emulator.services.people.invitations import (
    Invitations,
    accepted_attributes,
    can_log_in,
    has_codes,
    second_step,
    user_of,
)
from biot_emulator.services.people.roles import is_primary_admin, role_of
from biot_emulator.services.people.unique_values import UniqueValues
from biot_emulator.services.ums.passwords import Passwords
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import Users

__all__ = ["PeopleRules"]

_ADDRESSES = ("_address", "_headquarters")

Entity = dict[str, Any]


class PeopleRules:
    """The rules that entities of people and organizations obey, and what follows from their changes.

    Args:
        users: The people who can log in.
        sessions: Their log-ins.
        unique: Values that no two entities share.
        invitations: Invites people.
        passwords: Creates log-ins.
    """

    def __init__(
        self, users: Users, sessions: Sessions, unique: UniqueValues, invitations: Invitations, passwords: Passwords
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._unique = unique
        self._invitations = invitations
        self._passwords = passwords

    def check(self, entities: Entities, entity_type: EntityType, entity: Entity, old: Mapping[str, Any]) -> None:
        """Check an entity before it is written.

        Args:
            entities: All entities.
            entity_type: The entity's type.
            entity: The entity as it would be; references may still be as the request has them.
            old: The entity as it was; empty where it is new.

        Raises:
            ApiError: It breaks a rule.
        """
        self._unique.check(entity_type.name, entity)
        if old:
            _check_addresses(entity, old)
        if entity_type.person:
            self._check_credentials(entity_type.name, entity, old)
            if old and _id_in(entity, "_ownerOrganization") != _id_in(old, "_ownerOrganization"):
                self._require_no_admin(entities, entity_type.name, old, "moved to another organization")

    def saved(self, entities: Entities, entity_type: EntityType, entity: Entity, old: Mapping[str, Any]) -> None:
        """Do what follows from an entity that was written: remember unique values, invite, change the log-in."""
        self._unique.save(entity_type.name, entity, old)
        if entity_type.name == "organization":
            self._save_roles(entities, entity, old)
        if entity_type.person:
            self._save_login(entities, entity_type.name, entity, old)

    def check_deletion(self, entities: Entities, entity_type: EntityType, entity: Mapping[str, Any]) -> None:
        """Check an entity before it is deleted.

        Raises:
            ApiError: It is needed.
        """
        if entity_type.person:
            self._require_no_admin(entities, entity_type.name, entity, "deleted")
        if entity_type.name == "caregiver" and entities.having("patient", "_caregiver.id", entity["_id"]):
            message = f"The caregiver [{entity['_id']}] has patients: give them another one first"
            raise CaregiverAssigned(message, id=entity["_id"])

    def deleted(self, entity_type: EntityType, entity: Mapping[str, Any]) -> None:
        """Do what follows from an entity that was deleted: nobody logs in as it, and its values are free."""
        self._unique.forget(entity_type.name, entity)
        if entity_type.person:
            self._invitations.withdraw(entity["_id"])
            if self._users.delete(entity["_id"]):
                self._sessions.end_all(entity["_id"])

    def check_disabling(self, entities: Entities, entity_type: EntityType, entity: Mapping[str, Any]) -> None:
        """Check that a person may be disabled. Raises AccessDenied."""
        if entity["_id"] == self._users.admin.id:
            raise AccessDenied(
                "The first administrator cannot be disabled: nobody else could undo it", id=entity["_id"]
            )
        if entity_type.name == "organization-user" and is_primary_admin(entities.find, entity):
            message = (
                "The primary administrator of an organization cannot be disabled: transfer the administration first"
            )
            raise AccessDenied(message, id=entity["_id"])

    def _check_credentials(self, type_name: str, entity: Entity, old: Mapping[str, Any]) -> None:
        user = self._users.get(entity["_id"]) if old else None
        if user and old.get("_email") != entity.get("_email"):
            message = "The mail address of somebody who can log in cannot be changed"
            raise EmailChangeNotPermitted(message, requestedEmail=entity.get("_email"), existingEmail=old.get("_email"))
        if type_name == "patient" and entity.get("_canLogin") and not has_codes(entity) and not entity.get("_email"):
            raise EmailMissing("A patient who can log in needs the attribute [_email]")
        if has_codes(entity):
            self._check_codes(entity, old)
        elif entity.get("_email"):
            self._require_free(entity, entity["_email"])

    def _check_codes(self, entity: Entity, old: Mapping[str, Any]) -> None:
        mfa = entity.get("_mfa")
        if not entity.get("_phone"):
            raise OtpPhoneMissing("Whoever logs in by codes needs the attribute [_phone]")
        if isinstance(mfa, Mapping) and mfa.get("enabled"):
            raise OtpMfaConflict("Whoever logs in by codes has no second step: leave [_mfa.enabled] out")
        if old.get("_phone") and old["_phone"] != entity["_phone"]:
            raise OtpPhoneUpdateDisabled("The attribute [_phone] is what the person logs in with: it cannot be changed")
        self._require_free(entity, str(entity["_phone"]))

    def _require_free(self, entity: Entity, username: str) -> None:
        other = self._users.find(username)
        if other and other.id != entity.get("_id"):
            message = f"Somebody else logs in as [{username}]"
            raise UsernameTaken(message, username=username, userId=other.id)

    def _require_no_admin(self, entities: Entities, type_name: str, entity: Mapping[str, Any], change: str) -> None:
        if type_name == "organization-user" and is_primary_admin(entities.find, entity):
            message = (
                f"The user [{entity['_id']}] is the primary administrator of its organization and cannot be {change}"
            )
            raise UserIsOrganizationAdmin(f"{message}: transfer the administration first", id=entity["_id"])
        if entity["_id"] == self._users.admin.id:
            raise AccessDenied(
                f"The first administrator cannot be {change}: nobody else could undo it", id=entity["_id"]
            )

    def _save_login(self, entities: Entities, type_name: str, entity: Entity, old: Mapping[str, Any]) -> None:
        user = self._users.get(entity["_id"])
        if user is None:
            self._invite(entities, type_name, entity, old)
        elif user.id != self._users.admin.id:
            self._users.update(
                user.id,
                organization_id=entity["_ownerOrganization"]["id"],
                enabled=can_log_in(type_name, entity),
                **({"mfa": second_step(entity)} if _differs(entity, old, "_mfa", "_phone") else {}),
            )
            self._users.set_role(user.id, role_of(entities.find, type_name, entity))

    def _invite(self, entities: Entities, type_name: str, entity: Entity, old: Mapping[str, Any]) -> None:
        if not can_log_in(type_name, entity) or (old and not _differs(entity, old, "_email", "_canLogin")):
            return
        if has_codes(entity):
            # Whoever has the phone logs in: there is nothing to accept.
            self._passwords.add(user_of(entities.find, type_name, entity, entity["_phone"]), None)
            entity.update(accepted_attributes(entity, entity["_phone"]))
            entities.import_entity(type_name, entity)
        elif entity.get("_email"):
            self._invitations.send(entity)

    def _save_roles(self, entities: Entities, organization: Entity, old: Mapping[str, Any]) -> None:
        """Give the new primary administrator of an organization its role, and the old one another."""
        ids = {_id_in(organization, "_primaryAdministrator"), _id_in(old, "_primaryAdministrator")}
        for id in ids - {None, self._users.admin.id}:
            person = entities.find("organization-user", str(id))
            if person:
                self._users.set_role(str(id), role_of(entities.find, "organization-user", person))


def _check_addresses(entity: Entity, old: Mapping[str, Any]) -> None:
    for name in _ADDRESSES:
        address = entity.get(name)
        if isinstance(address, Mapping) and address != old.get(name) and address.get("countryCode") is None:
            raise CountryCodeMissing(f"The attribute [{name}.countryCode] is missing")


def _id_in(entity: Mapping[str, Any], name: str) -> str | None:
    value = entity.get(name)
    id = value.get("id") if isinstance(value, Mapping) else None
    return id if isinstance(id, str) else None


def _differs(entity: Mapping[str, Any], old: Mapping[str, Any], *names: str) -> bool:
    return any(entity.get(name) != old.get(name) for name in names)
