"""With what the operations of the entities' services succeed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from biot_emulator.client import Client
from tests.emulator.scenarios.service_successes import Successes

__all__ = [
    "of_alerts",
    "of_commands",
    "of_devices",
    "of_generic_entities",
    "of_organizations",
    "of_people",
    "of_registration_codes",
    "of_sessions",
]

FIRST = "00000000-0000-0000-0000-000000000000"
NAME = {"firstName": "Ada", "lastName": "Lovelace"}
OWNED = {"_ownerOrganization": {"id": FIRST}}
STARTED = {"_state": "ACTIVE", "_startTime": "2026-01-31T12:00:00Z"}
DONE = {**STARTED, "_state": "DONE", "_endTime": "2026-01-31T13:00:00Z", "_summary": {"_stopReasonCode": "COMPLETION"}}
ORGANIZATIONS = "/organization/v1/organizations"
USERS = "/organization/v1/users"
PATIENTS = f"{USERS}/patients"
DEVICES = "/device/v2/devices"
OF_DEVICES = "/device/v1/devices"
GENERIC = "/generic-entity/v1/generic-entities"

Body = Mapping[str, Any]

_numbers = itertools.count(1)


class _Entities:
    """Makes what operations need.

    Args:
        client: Calls as the administrator.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._templates = {
            template["entityTypeName"]: template for template in client.search("/settings/v1/templates/minimized")
        }

    def operations(self, base: str, type: str, body: Body, change: Body, id: str) -> Successes:
        by_template = {"path_parameters": {"templateName": self.name(type)}, "body": body}
        return {
            f"POST {base}": {"body": {**body, **self.of(type)}},
            f"POST {base}/templates/{{templateName}}": by_template,
            **self.by_id(base, change, {"id": id}),
        }

    def by_id(self, base: str, change: Body, ids: Mapping[str, str]) -> Successes:
        path = {"path_parameters": ids}
        return {
            f"GET {base}/{{id}}": path,
            f"PATCH {base}/{{id}}": {**path, "body": change},
            f"DELETE {base}/{{id}}": path,
        }

    def patient(self) -> str:
        return self.make(PATIENTS, {"_name": NAME, **OWNED, **self.of("patient")})

    def device(self) -> str:
        patient = {"_patient": {"id": self.patient()}}
        return self.make(DEVICES, {"_id": f"D{next(_numbers)}", **patient, **self.of("device")})

    def make_certificate(self, device: str) -> None:
        assert self._client.call("POST", f"{DEVICES}/{device}/certificate").status_code == 201

    def name(self, type: str) -> str:
        return str(self._templates[type]["name"])

    def of(self, type: str) -> dict[str, str]:
        return {"_templateId": self._templates[type]["id"]}

    def make(self, path: str, body: Body) -> str:
        made = self._client.call("POST", path, json=body)
        assert made.status_code == 201, made.body
        return str(made.body["_id"])


def of_people(client: Client) -> Successes:
    entities = _Entities(client)
    successes: dict[str, Mapping[str, Any]] = {}
    for base, type in (
        (f"{USERS}/organizations", "organization-user"),
        (f"{USERS}/caregivers", "caregiver"),
        (PATIENTS, "patient"),
    ):
        body = {"_name": NAME, **OWNED}
        id = entities.make(base, {**body, **entities.of(type)})
        path = {"path_parameters": {"id": id}}
        successes |= entities.operations(base, type, body, {"_description": "changed"}, id)
        successes[f"POST {base}/{{id}}/enabled-state/{{state}}"] = {
            "path_parameters": {**path["path_parameters"], "state": "DISABLED"}
        }
    return successes


def of_organizations(client: Client) -> Successes:
    entities = _Entities(client)

    def body() -> dict[str, Any]:
        number = next(_numbers)
        administrator = {"_name": NAME, "_email": f"{number}@example.com", **entities.of("organization-user")}
        return {"_name": f"Clinic {number}", "_primaryAdministrator": administrator}

    id = entities.make(ORGANIZATIONS, {**body(), **entities.of("organization")})
    return entities.operations(ORGANIZATIONS, "organization", body(), {"_description": "changed"}, id)


def of_registration_codes(client: Client) -> Successes:
    entities = _Entities(client)

    def body() -> dict[str, Any]:
        return {"_code": f"code-{next(_numbers)}", **OWNED}

    codes = "/organization/v1/registration-codes"
    id = entities.make(codes, {**body(), **entities.of("registration-code")})
    return entities.operations(codes, "registration-code", body(), {"_code": f"code-{next(_numbers)}"}, id)


def of_devices(client: Client) -> Successes:
    entities = _Entities(client)
    path = {"path_parameters": {"id": entities.device()}}
    other, active = entities.device(), entities.device()
    for device in (other, active):
        entities.make_certificate(device)
    assert client.call("POST", f"{DEVICES}/{active}/certificate/activate").status_code == 200
    certificate = f"{DEVICES}/{{id}}/certificate"
    return {
        **entities.operations(
            DEVICES, "device", {"_id": f"D{next(_numbers)}"}, {"_description": "changed"}, entities.device()
        ),
        f"PATCH {DEVICES}/{{id}}/status": {**path, "body": {"data": {"_fwVersion": "1.2"}}},
        f"GET {DEVICES}/{{id}}/connection/details": {"path_parameters": {"id": active}},
        f"POST {certificate}": path,
        f"POST {certificate}/activate": {"path_parameters": {"id": other}},
        f"DELETE {certificate}": {"path_parameters": {"id": active}},
    }


def of_alerts(client: Client) -> Successes:
    entities = _Entities(client)
    # The SDK of devices takes only those for alerts that have been cleared.
    body = {"_name": "Low", "_severity": "MINOR", "_state": "CLEARED", "_clearNotes": "seen"}
    successes: dict[str, Mapping[str, Any]] = {}
    for base, parent, parent_id, type in (
        (PATIENTS, "patientId", entities.patient(), "patient-alert"),
        (OF_DEVICES, "deviceId", entities.device(), "device-alert"),
    ):
        id = entities.make(f"{base}/{parent_id}/alerts", {**body, **entities.of(type)})
        alerts = f"{base}/{{{parent}}}/alerts"
        within = {parent: parent_id}
        successes |= {
            f"POST {alerts}": {"path_parameters": within, "body": {**body, **entities.of(type)}},
            f"POST {alerts}/{{templateName}}": {
                "path_parameters": {**within, "templateName": entities.name(type)},
                "body": body,
            },
            **entities.by_id(alerts, {"_state": "CLEARED", "_clearNotes": "seen"}, {**within, "id": id}),
        }
    return successes


def of_sessions(client: Client) -> Successes:
    entities = _Entities(client)
    base, template = f"{OF_DEVICES}/{{deviceId}}/usage-sessions", entities.of("usage-session")

    def session(body: Body = STARTED, by: str = "", *controls: str) -> Mapping[str, Any]:
        device = entities.device()
        path = f"{OF_DEVICES}/{device}/usage-sessions"
        id = entities.make(path + by, {**body, **template})
        for control in controls:
            assert client.call("POST", f"{path}/{id}/remote-control/{control}").status_code == 200
        return {"path_parameters": {"deviceId": device, "id": id}}

    def on_a_device(**variables: str) -> Mapping[str, Any]:
        return {"path_parameters": {"deviceId": entities.device(), **variables}}

    remote, control = "/remote-control/start", f"{base}/{{id}}/remote-control"
    return {
        f"POST {base}": {**on_a_device(), "body": {**STARTED, **template}},
        f"POST {base}/usage-type/{{usageType}}": {
            **on_a_device(usageType=entities.name("usage-session")),
            "body": STARTED,
        },
        f"GET {base}/{{id}}": session(),
        f"PATCH {base}/{{id}}": {**session(), "body": STARTED},
        f"DELETE {base}/{{id}}": session(DONE),
        f"POST {base}{remote}": {**on_a_device(), "body": template},
        f"POST {control}/pause": session({}, remote),
        f"POST {control}/resume": session({}, remote, "pause"),
        f"POST {control}/stop": session({}, remote),
        f"DELETE {OF_DEVICES}/usage-sessions/maintenance/orphans/{{deleteOrphanSessionsEnum}}": {
            "path_parameters": {"deleteOrphanSessionsEnum": "DEVICE"}
        },
    }


def of_commands(client: Client) -> Successes:
    entities = _Entities(client)
    base, template = f"{OF_DEVICES}/{{deviceId}}/commands", entities.of("command")

    def command(state: str | None = None) -> Mapping[str, Any]:
        device = entities.device()
        id = entities.make(f"{OF_DEVICES}/{device}/commands/start", template)
        if state is not None:
            report = f"/_emulator/devices/{device}/commands/{id}"
            assert client.call("PUT", report, json={"_state": state}).status_code == 200
        return {"path_parameters": {"deviceId": device, "id": id}}

    return {
        f"POST {base}/start": {"path_parameters": {"deviceId": entities.device()}, "body": template},
        f"POST {base}/{{templateName}}/start": {
            "path_parameters": {"deviceId": entities.device(), "templateName": entities.name("command")},
            "body": {},
        },
        f"GET {base}/{{id}}": command(),
        f"POST {base}/{{id}}/stop": command(),
        f"DELETE {base}/{{id}}": command("COMPLETED"),
    }


def of_generic_entities(client: Client) -> Successes:
    entities = _Entities(client)
    body = {"_name": "Ward 1"}
    name = entities.name("generic-entity")
    within = {"templateName": name}
    id = entities.make(GENERIC, {**body, **entities.of("generic-entity")})
    base = "/generic-entity/v3/generic-entities/{templateName}"
    return {
        **entities.operations(GENERIC, "generic-entity", body, body, id),
        f"POST {base}": {"path_parameters": within, "body": body},
        f"GET {base}": {"path_parameters": within},
        **entities.by_id(base, body, {**within, "id": id}),
    }
