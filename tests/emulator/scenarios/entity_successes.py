"""With what the operations of the entities' services succeed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from biot_emulator.client import Client
from tests.emulator.scenarios.successes import Successes

__all__ = ["of_entities"]

FIRST = "00000000-0000-0000-0000-000000000000"
NAME = {"firstName": "Ada", "lastName": "Lovelace"}
OWNED = {"_ownerOrganization": {"id": FIRST}}
STARTED = {"_state": "ACTIVE", "_startTime": "2026-01-31T12:00:00Z"}
ORGANIZATIONS = "/organization/v1/organizations"
USERS = "/organization/v1/users"
PATIENTS = f"{USERS}/patients"
DEVICES = "/device/v2/devices"
OF_DEVICES = "/device/v1/devices"
GENERIC = "/generic-entity/v1/generic-entities"

Body = Mapping[str, Any]

_numbers = itertools.count(1)


def of_entities(client: Client) -> Successes:
    entities = _Entities(client)
    return {
        **entities.people(),
        **entities.organizations(),
        **entities.devices(),
        **entities.alerts(),
        **entities.sessions(),
        **entities.generic_entities(),
    }


class _Entities:
    """Makes one of each, and one more that nothing refers to where it is for deletion."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._templates = {
            template["entityTypeName"]: template for template in client.search("/settings/v1/templates/minimized")
        }

    def people(self) -> Successes:
        successes: dict[str, Mapping[str, Any]] = {}
        for base, type in (
            (f"{USERS}/organizations", "organization-user"),
            (f"{USERS}/caregivers", "caregiver"),
            (PATIENTS, "patient"),
        ):
            body = {"_name": NAME, **OWNED}
            id = self._make(base, {**body, **self._of(type)})
            path = {"path_parameters": {"id": id}}
            successes |= self._operations(base, type, body, {"_description": "changed"}, id)
            successes[f"POST {base}/{{id}}/enabled-state/{{state}}"] = {
                "path_parameters": {**path["path_parameters"], "state": "DISABLED"}
            }
        return successes

    def organizations(self) -> Successes:
        def body() -> dict[str, Any]:
            number = next(_numbers)
            administrator = {"_name": NAME, "_email": f"{number}@example.com", **self._of("organization-user")}
            return {"_name": f"Clinic {number}", "_primaryAdministrator": administrator}

        id = self._make(ORGANIZATIONS, {**body(), **self._of("organization")})
        return self._operations(ORGANIZATIONS, "organization", body(), {"_description": "changed"}, id)

    def devices(self) -> Successes:
        id = self._device()
        return self._operations(DEVICES, "device", {"_id": f"D{next(_numbers)}"}, {"_description": "changed"}, id)

    def alerts(self) -> Successes:
        body = {"_name": "Low", "_severity": "MINOR", "_state": "ACTIVE"}
        successes: dict[str, Mapping[str, Any]] = {}
        for base, parent, parent_id, type in (
            (PATIENTS, "patientId", self._patient(), "patient-alert"),
            (OF_DEVICES, "deviceId", self._device(), "device-alert"),
        ):
            id = self._make(f"{base}/{parent_id}/alerts", {**body, **self._of(type)})
            alerts = f"{base}/{{{parent}}}/alerts"
            within = {parent: parent_id}
            successes |= {
                f"POST {alerts}": {"path_parameters": within, "body": {**body, **self._of(type)}},
                f"POST {alerts}/{{templateName}}": {
                    "path_parameters": {**within, "templateName": self._name(type)},
                    "body": body,
                },
                **self._by_id(alerts, {"_state": "CLEARED", "_clearNotes": "seen"}, {**within, "id": id}),
            }
        return successes

    def sessions(self) -> Successes:
        device = self._device()
        within = {"deviceId": device}
        base = f"{OF_DEVICES}/{{deviceId}}/usage-sessions"
        template = self._of("usage-session")
        id = self._make(f"{OF_DEVICES}/{device}/usage-sessions", {**STARTED, **template})
        return {
            f"POST {base}": {"path_parameters": within, "body": {**STARTED, **template}},
            f"POST {base}/usage-type/{{usageType}}": {
                "path_parameters": {**within, "usageType": self._name("usage-session")},
                "body": STARTED,
            },
            **self._by_id(base, STARTED, {**within, "id": id}),
        }

    def generic_entities(self) -> Successes:
        body = {"_name": "Ward 1"}
        name = self._name("generic-entity")
        within = {"templateName": name}
        id = self._make(GENERIC, {**body, **self._of("generic-entity")})
        base = "/generic-entity/v3/generic-entities/{templateName}"
        return {
            **self._operations(GENERIC, "generic-entity", body, body, id),
            f"POST {base}": {"path_parameters": within, "body": body},
            f"GET {base}": {"path_parameters": within},
            **self._by_id(base, body, {**within, "id": id}),
        }

    def _operations(self, base: str, type: str, body: Body, change: Body, id: str) -> Successes:
        by_template = {"path_parameters": {"templateName": self._name(type)}, "body": body}
        return {
            f"POST {base}": {"body": {**body, **self._of(type)}},
            f"POST {base}/templates/{{templateName}}": by_template,
            **self._by_id(base, change, {"id": id}),
        }

    def _by_id(self, base: str, change: Body, ids: Mapping[str, str]) -> Successes:
        path = {"path_parameters": ids}
        return {
            f"GET {base}/{{id}}": path,
            f"PATCH {base}/{{id}}": {**path, "body": change},
            f"DELETE {base}/{{id}}": path,
        }

    def _patient(self) -> str:
        return self._make(PATIENTS, {"_name": NAME, **OWNED, **self._of("patient")})

    def _device(self) -> str:
        return self._make(DEVICES, {"_id": f"D{next(_numbers)}", **self._of("device")})

    def _name(self, type: str) -> str:
        return str(self._templates[type]["name"])

    def _of(self, type: str) -> dict[str, str]:
        return {"_templateId": self._templates[type]["id"]}

    def _make(self, path: str, body: Body) -> str:
        made = self._client.call("POST", path, json=body)
        assert made.status_code == 201, made.body
        return str(made.body["_id"])
