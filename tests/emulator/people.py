"""An organization with people of every role, who have accepted their invitations, for tests of what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_emulator.client import Client, Reply
from biot_emulator.testing import Emulator

__all__ = ["PASSWORD", "Clinic", "accept", "clinic", "person"]

PASSWORD = "Correct7horse"
ORGANIZATIONS = "/organization/v1/organizations"
USERS = "/organization/v1/users"
_KINDS = {"operator": "organizations", "caregiver": "caregivers", "patient": "patients", "other-patient": "patients"}


@dataclass
class Clinic:
    """An organization, its people by role, and the ids of what belongs to it."""

    id: str
    callers: dict[str, Client] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def person(first: str, email: str | None = None, **more: Any) -> dict[str, Any]:
    """The body of a request that creates somebody."""
    name = {"firstName": first, "lastName": "Test"}
    return {"_name": name, **({"_email": email} if email else {}), **more}


def accept(emulator: Emulator, email: str, password: str = PASSWORD) -> Client:
    """Accept the last invitation that was sent to an address, and log in."""
    mail = emulator.outbox(to=email)[-1]
    link = mail["link"].removeprefix(emulator.url)
    done = Client(emulator.url).call("POST", link, json={"operationData": {"password": password}})
    assert done.status_code == 200, done.body
    return emulator.as_user(email, password)


def created(reply: Reply) -> str:
    assert reply.status_code == 201, reply.body
    return str(reply.body["_id"])


def clinic(emulator: Emulator, name: str) -> Clinic:
    """Create an organization with an administrator, an operator, a caregiver and two patients, all logged in."""
    mail = f"{{}}@{name.lower()}.example"
    admin = person("Admin", mail.format("admin"))
    made = emulator.call("POST", ORGANIZATIONS, json={"_name": name, "_primaryAdministrator": admin})
    result = Clinic(created(made))
    result.ids = {"organization": result.id, "admin": made.body["_primaryAdministrator"]["id"]}
    result.callers["admin"] = accept(emulator, mail.format("admin"))
    owner: Mapping[str, Any] = {"_ownerOrganization": {"id": result.id}}
    for role, kind in _KINDS.items():
        more = {"_canLogin": True, "_caregiver": {"id": result.ids["caregiver"]}} if kind == "patients" else {}
        body = person(role.title(), mail.format(role), **owner, **more)
        result.ids[role] = created(emulator.call("POST", f"{USERS}/{kind}", json=body))
        result.callers[role] = accept(emulator, mail.format(role))
    return result
