"""Invitations: how people get the passwords to log in with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.services.people.errors import InvitationNotFound
from biot_emulator.services.people.roles import FindEntity, role_of
from biot_emulator.services.ums.credentials import is_username
from biot_emulator.services.ums.one_time.mail_tokens import ACCEPT_INVITATION, TemporaryTokens
from biot_emulator.services.ums.one_time.messages import Messages
from biot_emulator.services.ums.passwords import Passwords
from biot_emulator.services.ums.users import OTP, PASSWORD, User
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = [
    "Invitations",
    "accepted_attributes",
    "can_log_in",
    "has_codes",
    "not_accepted_attributes",
    "second_step",
    "user_of",
]

_COLLECTION = "invitations"

Entity = Mapping[str, Any]


class Invitations:
    """The invitations that were sent and not accepted yet.

    Args:
        store: The state.
        clock: The platform's time.
        tokens: The tokens in their links.
        messages: Sends the links.
        passwords: Creates log-ins.
    """

    def __init__(
        self, store: Store, clock: Clock, tokens: TemporaryTokens, messages: Messages, passwords: Passwords
    ) -> None:
        self._store = store
        self._clock = clock
        self._tokens = tokens
        self._messages = messages
        self._passwords = passwords

    def send(self, person: Entity) -> dict[str, Any]:
        """Send an invitation, again where there is one already, and return it."""
        id, now = person["_id"], timestamp(self._clock.now())
        sent = self._store.get(_COLLECTION, id) or {"userId": id, "creationTime": now}
        invitation = {**sent, "lastModifiedTime": now}
        with self._store.transaction():
            self._store.put(_COLLECTION, id, invitation)
            token = self._tokens.issue(ACCEPT_INVITATION, id)
            self._messages.send_link(person["_email"], "Your invitation", token, ACCEPT_INVITATION, id)
        return invitation

    def reopen(self, person: Entity) -> None:
        """Have an invitation of somebody who had accepted one, without sending it."""
        if person.get("_email") and not has_codes(person):
            now = timestamp(self._clock.now())
            document = {"userId": person["_id"], "creationTime": now, "lastModifiedTime": now}
            self._store.put(_COLLECTION, person["_id"], document)

    def check(self, id: str) -> None:
        """Check that a person has an invitation. Raises InvitationNotFound."""
        if self._store.get(_COLLECTION, id) is None:
            message = f"The user [{id}] has no invitation that could be accepted"
            raise InvitationNotFound(message, userId=id)

    def accept(self, find: FindEntity, type_name: str, person: Entity, data: dict[str, Any]) -> User:
        """Create the log-in of whoever has the link.

        Args:
            find: Finds the person's organization.
            type_name: The type of the person's entity.
            person: The person's entity.
            data: What was sent with the token: a `password`, and a `username` unless it is the mail address.

        Raises:
            BadRequest: There is no password, or the user name may not be used.
            InvalidPassword: The password may not be used.
            UsernameAlreadyExists: The user name is taken.
        """
        self.check(person["_id"])
        fields = Fields(data, within="operationData.")
        password, username = fields.text("password"), fields.optional_text("username") or person["_email"]
        if not is_username(username):
            raise fields.wrong("username", "must have from 5 to 128 characters that can be seen")
        user = self._passwords.add(user_of(find, type_name, person, username), password)
        self._store.delete(_COLLECTION, person["_id"])
        return user

    def withdraw(self, id: str) -> None:
        """Forget an invitation: its link is no longer valid."""
        self._store.delete(_COLLECTION, id)
        self._tokens.use_up(ACCEPT_INVITATION, id)


def user_of(find: FindEntity, type_name: str, person: Entity, username: str) -> User:
    """Return the log-in of a person, as the entity says."""
    role = role_of(find, type_name, person)
    kind = OTP if has_codes(person) else PASSWORD
    organization_id = person["_ownerOrganization"]["id"]
    administrator, enabled = role == "MANUFACTURER_ADMIN", can_log_in(type_name, person)
    step = second_step(person)
    return User(person["_id"], username, organization_id, administrator, enabled, role, credential_type=kind, mfa=step)


def accepted_attributes(person: Entity, username: str) -> dict[str, Any]:
    """Return what the entity of a person has once it can log in; not all people's say by which name."""
    return {"_invitationAccepted": True, **({"_username": username} if "_username" in person else {})}


def not_accepted_attributes(person: Entity) -> dict[str, Any]:
    """Return what the entity of a person has that can no longer log in."""
    return {"_invitationAccepted": False, **({"_username": None} if "_username" in person else {})}


def has_codes(person: Entity) -> bool:
    """Whether a person logs in by codes that are sent to a phone."""
    return person.get("_credentialType") == OTP


def can_log_in(type_name: str, person: Entity) -> bool:
    """Whether a person may log in: everybody who is enabled, but for patients who are not to."""
    return person.get("_enabled", "ENABLED") == "ENABLED" and (type_name != "patient" or bool(person.get("_canLogin")))


def second_step(person: Entity) -> dict[str, Any] | None:
    """Return the second step of a person's log-in; None where there is none, or no phone to send a code to."""
    mfa = person.get("_mfa")
    if not isinstance(mfa, Mapping) or not mfa.get("enabled") or not isinstance(person.get("_phone"), str):
        return None
    minutes = mfa.get("expirationInMinutes")
    return {"enabled": True, "phone": person["_phone"], **({"expirationInMinutes": minutes} if minutes else {})}
