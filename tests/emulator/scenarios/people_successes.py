"""With what the operations about people and their log-ins succeed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from biot_emulator.client import Client
from tests.emulator.people import PASSWORD, person
from tests.emulator.scenarios.service_successes import Successes

__all__ = ["of_invitations", "of_log_ins", "of_own_entities", "of_users"]

USERS = "/organization/v1/users"
UMS = "/ums/v2/users"
FIRST = "00000000-0000-0000-0000-000000000000"
OWNED = {"_ownerOrganization": {"id": FIRST}}

_numbers = itertools.count(1)


class _Person:
    """Somebody who was just created.

    Args:
        client: Calls as the administrator.
        kind: The last segment of the path of such people.
        **more: More attributes.
    """

    def __init__(self, client: Client, kind: str = "caregivers", **more: Any) -> None:
        self._client = client
        number = next(_numbers)
        self.email, self.phone = f"somebody{number}@example.com", f"+4915112345{number:03}"
        body = person("Ada", self.email, _phone=self.phone, **OWNED, **more)
        made = client.call("POST", f"{USERS}/{kind}", json=body)
        assert made.status_code == 201, made.body
        self.id = made.body["_id"]

    def accept(self) -> dict[str, Any]:
        """Accept the invitation, and log in; return the answer."""
        link = self.message(self.email)["link"].removeprefix(self._client.url)
        nobody = Client(self._client.url)
        done = nobody.call("POST", link, json={"operationData": {"password": PASSWORD}})
        assert done.status_code == 200, done.body
        login: dict[str, Any] = self.ask(UMS + "/login", {"username": self.email, "password": PASSWORD})
        return login

    def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """Call without a token; return the answer."""
        reply = Client(self._client.url).call("POST", path, json=body)
        assert reply.status_code == 200, reply.body
        return reply.body

    def message(self, to: str) -> dict[str, Any]:
        """Return the last message that was sent to an address or a number."""
        found: dict[str, Any] = self._client.call("GET", f"/_emulator/outbox?to={quote(to)}").body["data"][0]
        return found

    def code(self) -> str:
        """Return the code in the last text message."""
        match = re.search("[0-9]{6}", self.message(self.phone)["message"])
        assert match
        return match.group()


def token(login: Mapping[str, Any]) -> str:
    return str(login["accessJwt"]["token"])


def of_own_entities(client: Client) -> Successes:
    callers = {
        "caregivers": _Person(client).accept(),
        "patients": _Person(client, "patients", _canLogin=True).accept(),
    }
    return {f"GET {USERS}/{kind}/self": {"token": token(login)} for kind, login in callers.items()}


def of_invitations(client: Client) -> Successes:
    invited, administrator = _Person(client), _Person(client, "organizations")
    administrator.accept()
    return {
        "POST /organization/v1/invitations/{userId}": {"path_parameters": {"userId": invited.id}},
        "POST /organization/v1/organizations/admin/{newAdminId}": {"path_parameters": {"newAdminId": administrator.id}},
    }


def of_users(client: Client) -> Successes:
    user = _Person(client)
    own = {"token": token(user.accept())}
    path = {"path_parameters": {"id": user.id}}
    changed = {"password": {"current": PASSWORD, "new": f"{PASSWORD}2"}}
    stranger = {"username": f"stranger{next(_numbers)}", "password": PASSWORD}
    return {
        f"GET {UMS}/self": own,
        f"PATCH {UMS}/self": {**own, "body": changed},
        f"DELETE {UMS}/self": own,
        f"POST {UMS}/self": {"headers": {"Owner-Organization-Id": FIRST}, "body": stranger},
        f"GET {UMS}/{{id}}": path,
        f"PATCH {UMS}/{{id}}": {**path, "body": {"locked": True}},
        f"DELETE {UMS}/{{id}}": path,
        f"POST {UMS}/{{id}}/password/generate": path,
        f"POST {UMS}/credentials/validate": {"body": stranger},
        f"POST {UMS}/self/password/forgot": {"body": {"username": user.email}},
    }


def of_log_ins(client: Client) -> Successes:
    refresh = _Person(client).accept()["refreshJwt"]["token"]
    texting, careful = _Person(client, _credentialType="OTP"), _Person(client, _mfa={"enabled": True})
    asked = texting.ask(f"{UMS}/otp/generate", {"phone": texting.phone})
    code = texting.code()
    first = token(careful.accept())
    invited = _Person(client)
    mail = urlsplit(invited.message(invited.email)["link"])
    link = {"path_parameters": {"token": mail.path.rpartition("/")[2]}, "query": dict(parse_qsl(mail.query))}
    return {
        f"POST {UMS}/logout": {"body": {"refreshToken": refresh}},
        f"POST {UMS}/token/login": {"body": {"refreshToken": refresh}},
        f"POST {UMS}/otp/generate": {"body": {"phone": texting.phone}},
        f"POST {UMS}/otp/login": {"body": {"requestId": asked["requestId"], "code": code}},
        f"POST {UMS}/login/mfa": {"token": first, "body": {"code": careful.code()}},
        f"POST {UMS}/login/mfa/resend": {"token": first},
        **{f"GET /{service}/v1/tokens/{{token}}": link for service in ("ums", "organization")},
        **{
            f"POST /{service}/v1/tokens/{{token}}": {**link, "body": {"operationData": {"password": PASSWORD}}}
            for service in ("ums", "organization")
        },
    }
