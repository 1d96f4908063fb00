"""With what the operations of the services beside the entities' succeed: path variables, query, body, caller."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from biot_emulator.client import Client
from tests.emulator.services.files.contents import in_parts, stored

Successes = Mapping[str, Mapping[str, Any]]
"""By method and path template, with what operations succeed. What takes nothing but its path is not in it."""

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


def of_ums(client: Client) -> Successes:
    service = client.call("POST", "/ums/v2/services", json=PLUGIN).body
    key = service["secretKeyData"]
    one = {"path_parameters": {"id": service["id"]}}
    login = {"username": ADMIN[0], "password": ADMIN[1]}
    refresh = client.call("POST", "/ums/v2/users/login", json=login).body["refreshJwt"]["token"]
    return {
        "POST /ums/v2/services": {"body": {name: PLUGIN[name] for name in ("type", "roleId")}},
        "POST /ums/v2/services/accessToken": {"body": {"id": service["id"], "secretKey": key["secretKey"]}},
        "GET /ums/v2/services/{id}": one,
        "PATCH /ums/v2/services/{id}": {**one, "body": {"active": False}},
        "DELETE /ums/v2/services/{id}": one,
        "POST /ums/v2/services/{id}/secret-keys": one,
        "DELETE /ums/v2/services/{id}/secret-keys/{secretKeyId}": {
            "path_parameters": {"id": service["id"], "secretKeyId": key["id"]}
        },
        "POST /ums/v2/users/login": {"body": login},
        "POST /ums/v2/users/token/refresh": {"body": {"refreshToken": refresh}},
    }


def of_dispatcher(client: Client) -> Successes:
    hooks = "/dispatcher/v1/hooks"
    assert client.call("POST", f"{hooks}/interceptions/subscribe", json=INTERCEPTION).status_code == 201
    assert client.call("POST", f"{hooks}/notifications/subscribe", json=NOTIFICATION).status_code == 201
    return {
        "POST /dispatcher/v1/hooks/interceptions/subscribe": {"body": {**INTERCEPTION, "executionOrder": 1}},
        "POST /dispatcher/v1/hooks/interceptions/unsubscribe": {"body": INTERCEPTION},
        "POST /dispatcher/v1/hooks/notifications/subscribe": {"body": {**NOTIFICATION, "templateName": "other"}},
        "POST /dispatcher/v1/hooks/notifications/unsubscribe": {"body": NOTIFICATION},
    }


def of_settings(client: Client) -> Successes:
    config = {"name": "one", "displayName": "One", "version": 1, "runtime": RUNTIME}
    assert client.call("POST", "/settings/v2/plugins", form={"config": json.dumps(config).encode()}).status_code == 201
    one = {"path_parameters": {"name": "Plugin-one"}}
    templates = "/settings/v1/templates"
    attribute = {"name": "weight", "displayName": "Weight", "type": "DECIMAL", "category": "REGULAR"}
    request = {"name": "Ward", "displayName": "Ward", "entityType": "generic-entity", "customAttributes": [attribute]}
    made = client.call("POST", templates, json=request).body
    template = {"path_parameters": {"templateId": made["id"]}}
    change = {name: made[name] for name in ("name", "builtInAttributes", "templateAttributes")}
    return {
        f"POST {templates}": {"body": {**request, "name": "Room"}},
        f"GET {templates}/{{templateId}}": template,
        f"PUT {templates}/{{templateId}}": {
            **template,
            "body": {**change, "displayName": "Large ward", "customAttributes": [attribute]},
        },
        f"DELETE {templates}/{{templateId}}": template,
        f"GET {templates}/{{templateId}}/overview": template,
        "POST /settings/v2/plugins": {"body": {"config": {**config, "name": "other"}}},
        "GET /settings/v2/plugins/{name}": one,
        "PATCH /settings/v2/plugins/{name}": {**one, "body": {"config": {"timeout": 7}}},
        "DELETE /settings/v2/plugins/{name}": one,
    }


def of_files(client: Client) -> Successes:
    named = {"name": "ecg.csv", "mimeType": "text/csv"}
    whole = {"path_parameters": {"id": stored(client)}}
    id, parts = in_parts(client, b"1")
    upload = {"path_parameters": {"id": id}}
    return {
        "POST /file/v1/files/upload": {"body": named},
        "GET /file/v1/files/{id}/download": whole,
        "POST /file/v1/files/upload/parts": {"body": {**named, "parts": 2}},
        "POST /file/v1/files/upload/parts/{id}": {**upload, "body": {"fromPart": 1, "toPart": 2}},
        "PUT /file/v1/files/upload/parts/{id}": {**upload, "body": {"parts": parts}},
        "POST /file/v1/files/upload/parts/{id}/complete": {**upload, "body": {"parts": parts}},
        "DELETE /file/v1/files/upload/parts/{id}/cancel": upload,
    }


def of_measurement(client: Client) -> Successes:
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
    pages = {"filter": filter, "limitPerPage": 1}
    return {
        "POST /measurement/v1/measurements": {"body": message},
        "POST /measurement/v1/measurements/bulk": {"body": {"measures": [message, other]}},
        "GET /measurement/v1/measurements/raw": {"query": {**query, "attributes": ["pulse", "ecg"]}},
        "GET /measurement/v1/measurements/aggregated": {"query": {**query, "binIntervalSeconds": "60"}},
        "GET /measurement/v2/measurements/raw": {"query": {"searchRequest": json.dumps(pages)}},
        "GET /measurement/v2/measurements/aggregated": {"query": {"searchRequest": json.dumps({"filter": averages})}},
    }


def of_notification(client: Client) -> Successes:
    key = client.call("POST", "/notification/v1/attachment", form={"file": b"report"}).body["key"]
    template = {"templateId": "welcome", "markingFields": {"name": "Ada"}, "components": [{"templateId": "footer"}]}
    mail = {"addressesTo": ["ada@example.com"], "subject": "Hello", "emailTemplate": template}
    return {
        "POST /notification/v1/attachment": {"body": {"file": b"report"}},
        "POST /notification/v1/send-email": {"body": {**mail, "attachmentsKeysAndNames": {key: "report.pdf"}}},
        "POST /notification/v1/sms/send": {"body": {"message": "Hello", "phoneNumber": "+4915100000000"}},
    }
