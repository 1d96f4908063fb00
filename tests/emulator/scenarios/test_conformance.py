"""The APIs answer as their published descriptions say, whatever they are sent."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from tests.emulator.conftest import SHARED
from tests.emulator.services.files.contents import DESCRIPTION, in_parts, stored

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ADMIN = ("ada@example.com", "secret")
PLUGIN = {"name": "one", "type": "EXTERNAL_SERVICE", "roleId": "00000000-0000-0000-0000-000000000002"}
INTERCEPTION = {
    "type": "ADAPT_ENTITY",
    "apiId": "",
    "entityName": "patient",
    "endpoint": "https://one.example.org",
}
NOTIFICATION = {"entityTypeName": "patient", "actionName": "_create", "endpoint": "https://one.example.org"}

Good = Mapping[str, Mapping[str, Any]]
"""By operation, the body and the path's variables with which it succeeds."""


def good_for_ums(client: Client) -> Good:
    service = client.call("POST", "/ums/v2/services", json=PLUGIN).body
    key = service["secretKeyData"]
    one = {"path_parameters": {"id": service["id"]}}
    login = {"username": ADMIN[0], "password": ADMIN[1]}
    refresh = client.call("POST", "/ums/v2/users/login", json=login).body["refreshJwt"]["token"]
    return {
        "POST /v2/services": {"body": {name: PLUGIN[name] for name in ("type", "roleId")}},
        "POST /v2/services/accessToken": {"body": {"id": service["id"], "secretKey": key["secretKey"]}},
        "GET /v2/services/{id}": one,
        "PATCH /v2/services/{id}": {**one, "body": {"active": False}},
        "DELETE /v2/services/{id}": one,
        "POST /v2/services/{id}/secret-keys": one,
        "DELETE /v2/services/{id}/secret-keys/{secretKeyId}": {
            "path_parameters": {"id": service["id"], "secretKeyId": key["id"]}
        },
        "POST /v2/users/login": {"body": login},
        "POST /v2/users/token/refresh": {"body": {"refreshToken": refresh}},
    }


def good_for_dispatcher(client: Client) -> Good:
    hooks = "/dispatcher/v1/hooks"
    assert client.call("POST", f"{hooks}/interceptions/subscribe", json=INTERCEPTION).status_code == 201
    assert client.call("POST", f"{hooks}/notifications/subscribe", json=NOTIFICATION).status_code == 201
    return {
        "POST /v1/hooks/interceptions/subscribe": {"body": {**INTERCEPTION, "executionOrder": 1}},
        "POST /v1/hooks/interceptions/unsubscribe": {"body": INTERCEPTION},
        "POST /v1/hooks/notifications/subscribe": {"body": {**NOTIFICATION, "templateName": "other"}},
        "POST /v1/hooks/notifications/unsubscribe": {"body": NOTIFICATION},
    }


def good_for_settings(client: Client) -> Good:
    config = {"name": "one", "displayName": "One", "version": 1, "runtime": RUNTIME}
    assert client.call("POST", "/settings/v2/plugins", form={"config": json.dumps(config).encode()}).status_code == 201
    one = {"path_parameters": {"name": "Plugin-one"}}
    return {
        "POST /v2/plugins": {"body": {"config": {**config, "name": "other"}}},
        "GET /v2/plugins/{name}": one,
        "PATCH /v2/plugins/{name}": {**one, "body": {"config": {"timeout": 7}}},
        "DELETE /v2/plugins/{name}": one,
    }


def good_for_files(client: Client) -> Good:
    named = {"name": "ecg.csv", "mimeType": "text/csv"}
    whole = {"path_parameters": {"id": stored(client)}}
    id, parts = in_parts(client, b"1")
    upload = {"path_parameters": {"id": id}}
    return {
        "POST /v1/files/upload": {"body": named},
        "GET /v1/files/{id}/download": whole,
        "POST /v1/files/upload/parts": {"body": {**named, "parts": 2}},
        "POST /v1/files/upload/parts/{id}": {**upload, "body": {"fromPart": 1, "toPart": 2}},
        "PUT /v1/files/upload/parts/{id}": {**upload, "body": {"parts": parts}},
        "POST /v1/files/upload/parts/{id}/complete": {**upload, "body": {"parts": parts}},
        "DELETE /v1/files/upload/parts/{id}/cancel": upload,
    }


def good_for_measurement(client: Client) -> Good:
    name = {"firstName": "Ada", "lastName": "Lovelace"}
    patient = client.call("POST", "/organization/v1/users/patients", json={"_name": name}).body["_id"]
    device = client.call("POST", "/device/v2/devices", json={"_id": "one", "_patient": {"id": patient}}).body["_id"]
    wave = {"metadata": {"frequency": 2, "size": 1}, "data": "P4AAAA=="}
    metadata = {"timestamp": "2026-01-31T12:00:00Z", "patientId": patient, "deviceId": device}
    message = {"metadata": metadata, "data": {"pulse": 61, "warmth": 36.6, "ecg": wave}}
    other = {"metadata": {**metadata, "timestamp": "2026-01-31T12:00:01.25Z"}, "data": {"pulse": 64, "warmth": True}}
    saved = client.call("POST", "/measurement/v1/measurements/bulk", json={"measures": [message, other]})
    assert saved.status_code == 206
    times = {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-02-01T00:00:00Z"}
    query = {"patientId": patient, **times, "attributes": ["pulse", "warmth"]}
    filter = {"_patient.id": {"eq": patient}, "timestamp": {"from": times["startTime"], "to": times["endTime"]}}
    averages = {**filter, "binIntervalSeconds": {"eq": 60}}
    return {
        "POST /v1/measurements": {"body": message},
        "POST /v1/measurements/bulk": {"body": {"measures": [message, other]}},
        "GET /v1/measurements/raw": {"query": {**query, "attributes": ["pulse", "ecg"]}},
        "GET /v1/measurements/aggregated": {"query": {**query, "binIntervalSeconds": "60"}},
        "GET /v2/measurements/raw": {"query": {"searchRequest": json.dumps({"filter": filter, "limitPerPage": 1})}},
        "GET /v2/measurements/aggregated": {"query": {"searchRequest": json.dumps({"filter": averages})}},
    }


def good_for_notification(client: Client) -> Good:
    key = client.call("POST", "/notification/v1/attachment", form={"file": b"report"}).body["key"]
    template = {"templateId": "welcome", "markingFields": {"name": "Ada"}, "components": [{"templateId": "footer"}]}
    mail = {"addressesTo": ["ada@example.com"], "subject": "Hello", "emailTemplate": template}
    return {
        "POST /v1/attachment": {"body": {"file": b"report"}},
        "POST /v1/send-email": {"body": {**mail, "attachmentsKeysAndNames": {key: "report.pdf"}}},
        "POST /v1/sms/send": {"body": {"message": "Hello", "phoneNumber": "+4915100000000"}},
    }


@dataclass(frozen=True)
class Service:
    """A service and its published description.

    Attributes:
        name: The first segment of its paths, which the description leaves out.
        file: The description.
        good: Makes what there is to read, change and remove, and gives what operations succeed with.
        left_out: Operations that the emulator does not serve, and why.
        undescribed: Statuses that an operation answers with beside those of the description, and why, by operation.
    """

    name: str
    file: Path
    good: Callable[[Client], Good] = lambda client: {}
    left_out: Mapping[str, str] = field(default_factory=dict)
    undescribed: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


SERVICES = (
    Service("ums", SHARED / "platform-api/ums-2.4.2.json", good_for_ums),
    Service(
        "dispatcher",
        SHARED / "platform-api/dispatcher-2.4.2.json",
        good_for_dispatcher,
        left_out={"GET /system/healthCheck": "nobody but the cloud itself calls it"},
        undescribed={"POST /v1/hooks/notifications/subscribe": {409: "a conflict is described in words"}},
    ),
    Service(
        "settings",
        SHARED / "platform-api/settings-2.4.2.json",
        good_for_settings,
        left_out={"GET /system/healthCheck": "nobody but the cloud itself calls it"},
    ),
    Service("file", DESCRIPTION, good_for_files),
    Service("measurement", SHARED / "platform-api/wider/measurement-2.4.2.json", good_for_measurement),
    Service("notification", SHARED / "platform-api/wider/notification-2.4.2.json", good_for_notification),
)


@pytest.fixture
def client() -> Iterator[Client]:
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        yield Client(server.url).log_in(*ADMIN)


def described(service: Service) -> list[str]:
    if not service.file.exists():
        return []
    paths = json.loads(service.file.read_text(encoding="utf-8"))["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        pytest.param(service, operation, id=f"{service.name} {operation}")
        for service in SERVICES
        for operation in described(service)
        if operation not in service.left_out
    ],
)
def test_an_operation_answers_as_described(service: Service, operation: str, client: Client) -> None:
    from tests.emulator.scenarios.conformance import hold_to_description  # whose import takes long

    good = service.good(client).get(operation, {})
    undescribed = service.undescribed.get(operation, {})
    assert client.token
    hold_to_description(service.file, operation, f"{client.url}/{service.name}", client.token, good, undescribed)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_is_said_of_operations_is_of_those_described(service: Service) -> None:
    if not service.file.exists():
        pytest.skip(f"the platform's published description is not at {service.file}")
    assert {*service.left_out, *service.undescribed} <= set(described(service))
