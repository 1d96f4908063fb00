"""The APIs of ums: log-ins, service users and the public key (contract sections 5.1 and 5.3 to 5.5)."""

from __future__ import annotations

from typing import Any

from biot_emulator.api.body_fields import Fields, uuid_variable
from biot_emulator.api.call import Answer, Api, Call
from biot_emulator.api.search import search, search_request
from biot_emulator.platform import Platform
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.errors import OwnerOrganizationNotFound
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.users import Users

__all__ = ["UmsApi"]

_TYPES = ("INTERNAL_SERVICE", "EXTERNAL_SERVICE")
_LONGEST_NAME = 100
_SHOWN = ("id", "name", "type", "roleId", "active", "ownerOrganizationId", "accessTokenExpirationInMinutes")


class UmsApi:
    """Registers the APIs, and answers them."""

    def __init__(self, platform: Platform, users: Users, services: ServiceUsers, entities: Entities) -> None:
        self._tokens = platform.tokens
        self._users = users
        self._services = services
        self._entities = entities
        one, keys = "/ums/v2/services/{id}", "/ums/v2/services/{id}/secret-keys"
        platform.router.add(
            [
                Api("GET", "/ums/v1/security/public-key", self._public_key, public=True),
                Api("POST", "/ums/v2/users/login", self._log_in, public=True),
                Api("POST", "/ums/v2/users/token/refresh", self._refresh, public=True),
                Api("POST", "/ums/v2/services/accessToken", self._access_token, public=True),
                Api("POST", "/ums/v2/services", self._create, "UMS_SERVICES_CREATE_SERVICE_USER"),
                Api("GET", "/ums/v2/services", self._search, "UMS_USERS_SEARCH_SERVICE_USERS"),
                Api("GET", one, self._get, "UMS_USERS_GET_SERVICE_USER_BY_ID"),
                Api("PATCH", one, self._update, "UMS_SERVICES_UPDATE_SERVICE_USER"),
                Api("DELETE", one, self._delete, "UMS_SERVICES_DELETE_SERVICE_USER"),
                Api("POST", keys, self._add_key, "UMS_USERS_CREATE_SECRET_KEY_BY_SERVICE_USER_ID"),
                Api("DELETE", f"{keys}/{{secretKeyId}}", self._delete_key, "UMS_USERS_DELETE_SECRET_KEY_BY_ID"),
            ]
        )

    def _public_key(self, _: Call) -> Answer:
        return Answer(200, self._tokens.public_keys())

    def _log_in(self, call: Call) -> Answer:
        fields = Fields(call.object)
        return Answer(200, self._users.log_in(fields.text("username"), fields.optional_text("password") or ""))

    def _refresh(self, call: Call) -> Answer:
        return Answer(200, self._users.refresh(Fields(call.object).text("refreshToken")))

    def _access_token(self, call: Call) -> Answer:
        fields = Fields(call.object)
        return Answer(200, self._services.log_in(fields.uuid("id"), fields.text("secretKey")))

    def _create(self, call: Call) -> Answer:
        fields = Fields(call.object)
        given: dict[str, Any] = {"roleId": fields.uuid("roleId"), "type": fields.choice("type", _TYPES)}
        for name in fields.present("name"):
            given[name] = fields.optional_text(name, most=_LONGEST_NAME)
        for name in fields.present("active"):
            given[name] = fields.boolean(name)
        for name in fields.present("accessTokenExpirationInMinutes"):
            given[name] = fields.integer(name)
        for name in fields.present("ownerOrganizationId"):
            given[name] = self._organization(fields.uuid(name))
        user, key = self._services.add(given)
        return Answer(201, {**_without_keys(user), "secretKeyData": key})

    def _search(self, call: Call) -> Answer:
        page = search(self._services.all(), search_request(call))
        return Answer(200, {**page, "data": [_shown(user) for user in page["data"]]})

    def _get(self, call: Call) -> Answer:
        return Answer(200, _shown(self._services.get(uuid_variable(call, "id"))))

    def _update(self, call: Call) -> Answer:
        id, fields = uuid_variable(call, "id"), Fields(call.object)
        given: dict[str, Any] = {name: fields.boolean(name) for name in fields.present("active")}
        given |= {name: fields.uuid(name) for name in fields.present("roleId")}
        return Answer(200, _shown(self._services.update(id, given)))

    def _delete(self, call: Call) -> Answer:
        self._services.delete(uuid_variable(call, "id"))
        return Answer(204)

    def _add_key(self, call: Call) -> Answer:
        return Answer(201, self._services.add_key(uuid_variable(call, "id")))

    def _delete_key(self, call: Call) -> Answer:
        self._services.delete_key(uuid_variable(call, "id"), uuid_variable(call, "secretKeyId"))
        return Answer(204)

    def _organization(self, id: str) -> str:
        if self._entities.find("organization", id) is None:
            raise OwnerOrganizationNotFound(f"There is no organization [{id}]", id=id)
        return id


def _without_keys(user: dict[str, Any]) -> dict[str, Any]:
    return {name: user[name] for name in _SHOWN if name in user}


def _shown(user: dict[str, Any]) -> dict[str, Any]:
    keys = [{name: key[name] for name in ("id", "creationTime")} for key in user["secretKeys"]]
    return {**_without_keys(user), "secretKeys": keys}
