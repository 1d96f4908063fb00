"""Handlers of people's log-ins as such: one's own, and everybody's for those who may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import Fields, uuid_variable
from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import AccessDenied, BadRequest, TokenNotValid
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.search import search, search_request
from biot_emulator.services.ums.credentials import is_phone, is_username
from biot_emulator.services.ums.errors import GroupsNotFound, LoginNotFound, OwnerOrganizationNotFound
from biot_emulator.services.ums.passwords import Passwords
from biot_emulator.services.ums.roles import REGISTERED
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import OTP, PASSWORD, User, Users

__all__ = ["UserHandlers"]

_IDPS = ("UMS",)
_KINDS = (PASSWORD, OTP)
_MOST_MINUTES = 1440
_OWNER = "owner-organization-id"


@dataclass(frozen=True, slots=True)
class UserHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        users: The people who can log in.
        sessions: Their log-ins.
        passwords: Sets passwords.
        has_organization: Whether an organization with an id exists.
        enable: Enables or disables a person's entity, and with it the log-in; returns whether there is such an entity.
        check_deletion: Checks that a person can do without a log-in.
        forget: Has a person's entity say that there is no log-in any more.
    """

    users: Users
    sessions: Sessions
    passwords: Passwords
    has_organization: Callable[[str], bool]
    enable: Callable[[Call, str, bool], bool]
    check_deletion: Callable[[str], None]
    forget: Callable[[str], None]

    def search(self, call: Call) -> ApiResponse:
        """Search users."""
        caller = _caller(call)
        visible = [user for user in self.users.all() if _sees(caller, user)]
        page = search(
            [{**described(user), "creationTime": user.creation_time} for user in visible], search_request(call)
        )
        data = [{name: value for name, value in user.items() if name != "creationTime"} for user in page["data"]]
        return ApiResponse(200, {**page, "data": data})

    def read(self, call: Call) -> ApiResponse:
        """Return a user."""
        return ApiResponse(200, described(self._user(call)))

    def update(self, call: Call) -> ApiResponse:
        """Change a user's name, its second step, and whether it may log in."""
        user, fields = self._user(call), Fields(call.object)
        changes = _changes(fields, user)
        self._require_not_first(user, changes)
        if fields.present("groupIds") and (ids := fields.list_of_texts("groupIds")):
            raise GroupsNotFound("There are no groups: leave [groupIds] empty", ids=ids)
        enabled = fields.boolean("active") if fields.present("active") else user.enabled
        self._require_not_first(user, {} if enabled else {"active": True})
        with self.users.transaction():
            self.users.update(user.id, **changes)
            # A person's entity says whether it is enabled; both say the same.
            if enabled != user.enabled and not self.enable(call, user.id, enabled):
                self.users.update(user.id, enabled=enabled)
        return ApiResponse(200, described(self.users.get(user.id) or user))

    def delete(self, call: Call) -> ApiResponse:
        """Delete a user: the person can no longer log in."""
        return self._delete(self._user(call))

    def generate_password(self, call: Call) -> ApiResponse:
        """Set a password at random, and return it this once."""
        user = self._user(call)
        return ApiResponse(201, {"userId": user.id, "userPassword": self.passwords.generate(user)})

    def read_self(self, call: Call) -> ApiResponse:
        """Return the caller's own log-in."""
        return ApiResponse(200, described(self._self(call)))

    def update_self(self, call: Call) -> ApiResponse:
        """Change the caller's own password, or its second step."""
        user, fields = self._self(call), Fields(call.object)
        changes = {"mfa": _mfa(fields)} if fields.present("mfa") else {}
        self._require_not_first(user, changes)
        if fields.present("password"):
            password = fields.inner("password")
            current, new = password.text("current"), password.text("new")
            self.passwords.change(user, current, new, _caller(call).session_id)
        return ApiResponse(200, described(self.users.update(user.id, **changes) or user))

    def delete_self(self, call: Call) -> ApiResponse:
        """Delete the caller's own log-in."""
        return self._delete(self._self(call))

    def register(self, call: Call) -> ApiResponse:
        """Create a log-in for whoever asks, which opens nothing but itself."""
        fields = Fields(call.object)
        kind = fields.choice("credentialType", _KINDS) if fields.present("credentialType") else PASSWORD
        username = _username(fields, kind)
        password = fields.text("password") if kind == PASSWORD or fields.present("password") else None
        _idps(fields)
        user = User("", username, self._organization(call), role=REGISTERED, credential_type=kind)
        return ApiResponse(201, described(self.passwords.register(user, password)))

    def _organization(self, call: Call) -> str:
        id = call.headers.get(_OWNER)
        if not id:
            raise BadRequest(f"The header [{_OWNER}] with the id of an organization is mandatory")
        if not self.has_organization(id):
            raise OwnerOrganizationNotFound(f"There is no organization [{id}]", id=id)
        return id

    def _user(self, call: Call) -> User:
        id = uuid_variable(call, "id")
        user = self.users.get(id)
        if user is None:
            raise LoginNotFound(f"There is no user [{id}] who can log in", id=id)
        if not _sees(_caller(call), user):
            raise AccessDenied(f"The user [{id}] belongs to another organization than the caller", id=id)
        return user

    def _self(self, call: Call) -> User:
        user = self.users.get(_caller(call).subject_id)
        if user is None:
            raise LoginNotFound("The caller is a service, and no person", id=_caller(call).subject_id)
        return user

    def _delete(self, user: User) -> ApiResponse:
        self._require_not_first(user, {"deleted": True})
        self.check_deletion(user.id)
        with self.users.transaction():
            self.users.delete(user.id)
            self.sessions.end_all(user.id)
            self.forget(user.id)
        return ApiResponse(204)

    def _require_not_first(self, user: User, changes: Mapping[str, Any]) -> None:
        """Check that a change leaves somebody who can log in, read the outbox and reset the platform."""
        if changes and any(changes.values()) and user.id == self.users.admin.id:
            names = ", ".join(changes)
            message = f"The first administrator's log-in cannot be changed ({names}): nobody else could undo it"
            raise AccessDenied(message, id=user.id)


def described(user: User) -> dict[str, Any]:
    """Return a user as the API does."""
    optional = {"mfa": user.mfa, "loginTimestamp": user.login_time}
    return {
        "id": user.id,
        "username": user.username,
        "ownerOrganizationId": user.organization_id,
        "active": user.enabled,
        "locked": user.locked,
        "credentialType": user.credential_type,
        "groups": [],
        "userIdPs": list(_IDPS),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _changes(fields: Fields, user: User) -> dict[str, Any]:
    changes: dict[str, Any] = (
        {"username": _username(fields, user.credential_type)} if fields.present("username") else {}
    )
    for name in fields.present("locked"):
        changes[name] = fields.boolean(name)
    if fields.present("mfa"):
        changes["mfa"] = _mfa(fields)
    _idps(fields)
    return {name: value for name, value in changes.items() if value != getattr(user, name)}


def _username(fields: Fields, kind: str) -> str:
    name = fields.text("username")
    if not is_username(name):
        raise fields.wrong("username", "must have from 5 to 128 characters that can be seen")
    if kind == OTP and not is_phone(name):
        raise fields.wrong("username", "must be a phone number by E.164, such as +12345678901")
    return name


def _mfa(fields: Fields) -> dict[str, Any]:
    inner = fields.inner("mfa")
    mfa: dict[str, Any] = {"enabled": inner.boolean("enabled"), "phone": inner.text("phone")}
    if not is_phone(mfa["phone"]):
        raise inner.wrong("phone", "must be a number by E.164, such as +12345678901")
    for name in inner.present("expirationInMinutes"):
        mfa[name] = inner.integer(name, most=_MOST_MINUTES)
    return mfa


def _idps(fields: Fields) -> None:
    if fields.present("idPs") and not set(fields.list_of_texts("idPs")) <= {*_IDPS}:
        raise fields.wrong("idPs", f"must be a list of {', '.join(_IDPS)}")


def _sees(caller: Caller, user: User) -> bool:
    return caller.sees_all or caller.organization_id == user.organization_id


def _caller(call: Call) -> Caller:
    if call.caller is None:
        raise TokenNotValid("The header [authorization] must be [Bearer] and an access token")
    return call.caller
