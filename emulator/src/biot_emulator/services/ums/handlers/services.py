"""Handlers of service users, their roles, and the public key (contract sections 5.1 and 5.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import Fields, uuid_variable
from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.search import search, search_request
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.ums.created_roles import CreatedRoles
from biot_emulator.services.ums.errors import MissingParameters, OwnerOrganizationNotFound, ServiceRoleNotFound
from biot_emulator.services.ums.roles import Roles
from biot_emulator.services.ums.service_users import ServiceUsers

__all__ = ["UmsHandlers"]

_TYPES = ("INTERNAL_SERVICE", "EXTERNAL_SERVICE")
_LONGEST_NAME = 100
_MANDATORY = ("roleId", "type")
_FIELDS = ("id", "name", "type", "roleId", "active", "ownerOrganizationId", "accessTokenExpirationInMinutes")


@dataclass(frozen=True, slots=True)
class UmsHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        tokens: Has the public keys.
        service_users: The service users.
        created_roles: The roles that were created for them.
        roles: The roles that they can have.
        has_organization: Whether an organization with an id exists.
    """

    tokens: TokenIssuer
    service_users: ServiceUsers
    created_roles: CreatedRoles
    roles: Roles
    has_organization: Callable[[str], bool]

    def public_key(self, _: Call) -> ApiResponse:
        """Return the current public key, and the previous one."""
        return ApiResponse(200, self.tokens.public_keys())

    def create(self, call: Call) -> ApiResponse:
        """Create a service user, and return its first secret key with it."""
        fields = Fields(call.object)
        if missing := [name for name in _MANDATORY if name not in fields.present(*_MANDATORY)]:
            raise MissingParameters(f"A service user needs {' and '.join(missing)}", parameters=missing)
        user: dict[str, Any] = {"roleId": fields.uuid("roleId"), "type": fields.choice("type", _TYPES)}
        for name in fields.present("name"):
            user[name] = fields.optional_text(name, most=_LONGEST_NAME)
        for name in fields.present("active"):
            user[name] = fields.boolean(name)
        for name in fields.present("accessTokenExpirationInMinutes"):
            user[name] = fields.integer(name)
        for name in fields.present("ownerOrganizationId"):
            user[name] = self._organization(fields.uuid(name))
        user, key = self.service_users.add(user)
        return ApiResponse(201, {**_without_keys(user), "secretKeyData": key})

    def search(self, call: Call) -> ApiResponse:
        """Search service users."""
        page = search(self.service_users.all(), search_request(call))
        return ApiResponse(200, {**page, "data": [_rendered(user) for user in page["data"]]})

    def read(self, call: Call) -> ApiResponse:
        """Return a service user."""
        return ApiResponse(200, _rendered(self.service_users.get(uuid_variable(call, "id"))))

    def update(self, call: Call) -> ApiResponse:
        """Change whether a service user is active, or its role."""
        id, fields = uuid_variable(call, "id"), Fields(call.object)
        changes: dict[str, Any] = {name: fields.boolean(name) for name in fields.present("active")}
        changes |= {name: self._role(fields.uuid(name)) for name in fields.present("roleId")}
        return ApiResponse(200, _rendered(self.service_users.update(id, changes)))

    def delete(self, call: Call) -> ApiResponse:
        """Delete a service user."""
        self.service_users.delete(uuid_variable(call, "id"))
        return ApiResponse(204)

    def add_key(self, call: Call) -> ApiResponse:
        """Add a secret key."""
        return ApiResponse(201, self.service_users.add_key(uuid_variable(call, "id")))

    def delete_key(self, call: Call) -> ApiResponse:
        """Delete a secret key."""
        self.service_users.delete_key(uuid_variable(call, "id"), uuid_variable(call, "secretKeyId"))
        return ApiResponse(204)

    def create_role(self, call: Call) -> ApiResponse:
        """Create a role."""
        fields = Fields(call.object)
        role: dict[str, Any] = {"name": fields.text("name", most=_LONGEST_NAME)}
        role |= {name: fields.optional_text(name) for name in fields.present("description")}
        permissions = fields.list_of_texts("permissionIds") if fields.present("permissionIds") else []
        return ApiResponse(201, self.created_roles.create({**role, "permissionIds": permissions}))

    def search_roles(self, call: Call) -> ApiResponse:
        """Search the roles that were created."""
        return ApiResponse(200, search(self.created_roles.all(), search_request(call)))

    def delete_role(self, call: Call) -> ApiResponse:
        """Delete a role that was created."""
        self.created_roles.delete(uuid_variable(call, "id"))
        return ApiResponse(204)

    def _role(self, id: str) -> str:
        if not self.roles.has_service_role(id):
            raise ServiceRoleNotFound(f"There is no role [{id}]", id=id, types=["INTERNAL"])
        return id

    def _organization(self, id: str) -> str:
        if not self.has_organization(id):
            raise OwnerOrganizationNotFound(f"There is no organization [{id}]", id=id)
        return id


def _without_keys(user: dict[str, Any]) -> dict[str, Any]:
    return {name: user[name] for name in _FIELDS if name in user}


def _rendered(user: dict[str, Any]) -> dict[str, Any]:
    keys = [{name: key[name] for name in ("id", "creationTime")} for key in user["secretKeys"]]
    return {**_without_keys(user), "secretKeys": keys}
