"""What plugins of others need: the platform is asked in the ways of the public samples, by plugins of our own."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception

pytestmark = pytest.mark.slow

FIRST = "00000000-0000-0000-0000-000000000000"
TEMPLATES = "/settings/v1/templates"
OWNED = {"_ownerOrganization": {"id": FIRST}}

API = """
import json, os, urllib.parse, urllib.request

def call(method, path, body=None, **search):
    # A body of its own also where none is meant, and a host that is not the platform's.
    if search:
        path += "?searchRequest=" + urllib.parse.quote(json.dumps(search))
    headers = {"authorization": "Bearer " + token, "host": "lambda.example.com", "content-type": "application/json"}
    content = json.dumps({} if body is None else body).encode()
    request = urllib.request.Request(os.environ["BIOT_BASE_URL"] + path, content, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)

def log_in():
    own = {"id": os.environ["BIOT_SERVICE_USER_ID"], "secretKey": os.environ["BIOT_SERVICE_USER_SECRET_KEY"]}
    return call("POST", "/ums/v2/services/accessToken", own)["accessToken"]

token = ""
token = log_in()
"""

TRACKER = """
import json
from api import call

def handler(event, context):
    session = json.loads(event["body"])["data"]["entity"]
    if session["_state"] == "DONE":
        patient = "/organization/v1/users/patients/" + session["_patient"]["id"]
        call("PATCH", patient, {"lastSession": session["_endTime"]})
    return {"statusCode": 200}
"""

WATCH = """
from api import call

def handler(event, context):
    if event["body"]["scheduled"] is not True:
        return
    for organization in call("GET", "/organization/v1/organizations", filter={}, limit=100000000)["data"]:
        limit, template = organization.get("idleUntil"), organization.get("idleAlert")
        if limit and template:
            own = {"_ownerOrganization.id": {"eq": organization["_id"]}}
            idle = {**own, "lastSession": {"to": limit}}
            new = {**own, "lastSession": {"isNull": True}, "_creationTime": {"to": limit}}
            for filter in (idle, new):
                found = call("GET", "/organization/v1/users/patients", filter=filter, limit=100, page=0)
                for patient in found["data"]:
                    call("POST", f"/organization/v1/users/patients/{patient['_id']}/alerts/{template}")
"""

GUARD = """
import json, os
from api import call

ALERTS = "/organization/v1/users/patients/{}/alerts"

def handler(event, context):
    entity = json.loads(event["body"])["data"]["entity"]
    patient, pulse = entity["metadata"]["patientId"], entity["data"]["pulse"]
    alert = {"_state": "CLEARED"} if pulse < 100 else {"_severity": "CRITICAL", "_state": "ACTIVE"}
    filter = {
        "_patient.id": {"in": [patient]},
        "_templateId": {"in": [os.environ["TEMPLATE"]]},
        "_state": {"not": "CLEARED"},
    }
    current = call("GET", "/organization/v1/users/patients/alerts", filter=filter)["data"]
    path = ALERTS.format(patient)
    if current and current[0]["_state"] != alert["_state"]:
        call("PATCH", f"{path}/{current[0]['_id']}", alert)
    elif not current and alert["_state"] != "CLEARED":
        call("POST", path, {**alert, "_templateId": os.environ["TEMPLATE"]})
    return {"statusCode": 200}
"""

TEXT = """
import json

def handler(event, context):
    request = json.loads(event["body"])["request"]
    request["body"]["_credentialType"] = "OTP"
    return json.dumps({"request": {name: request[name] for name in ("path", "queryParameters", "headers", "body")}})
"""


def template(emulator: Client, type: str) -> dict[str, Any]:
    [found] = emulator.search(f"{TEMPLATES}/minimized", {"filter": {"entityTypeName": {"eq": type}}})
    return found


def give(emulator: Client, type: str, **attributes: str) -> None:
    """Give entities of a type attributes, by the name of each and its type, as a sample's own set-up does."""
    path = f"{TEMPLATES}/{template(emulator, type)['id']}"
    read = emulator.call("GET", path).body
    own = [
        {"name": name, "displayName": name, "category": "REGULAR", "type": kind} for name, kind in attributes.items()
    ]
    names = ("name", "displayName", "builtInAttributes", "templateAttributes")
    changed = emulator.call("PUT", path, json={**{name: read[name] for name in names}, "customAttributes": own})
    assert changed.status_code == 200, changed.body


def new_patient(emulator: Client) -> str:
    made = emulator.call("POST", PATIENTS, json={**ADA, **OWNED, "_templateId": template(emulator, "patient")["id"]})
    assert made.status_code == 201, made.body
    return str(made.body["_id"])


def alerts(emulator: Client, patient: str) -> list[tuple[str, str]]:
    found = emulator.search(f"{PATIENTS}/alerts", {"filter": {"_patient.id": {"in": [patient]}}})
    return [(alert["_state"], alert["_severity"]) for alert in found]


def test_patients_without_sessions_for_long_get_an_alert(emulator: Emulator) -> None:
    give(emulator, "patient", lastSession="DATE_TIME")
    give(emulator, "organization", idleUntil="DATE_TIME", idleAlert="LABEL")
    actions = [{"entityTypeName": "usage-session", "actionName": action} for action in ("_create", "_update")]
    emulator.deploy(code_zip(TRACKER, **{"api.py": API}), "tracker", subscriptions={"notifications": actions})
    emulator.deploy(code_zip(WATCH, **{"api.py": API}), "watch")
    busy, idle, recent = (new_patient(emulator) for _ in range(3))
    for patient, end in ((idle, "2020-01-31T13:00:00Z"), (busy, "2026-01-31T13:00:00Z")):
        of_device, of_session = template(emulator, "device")["id"], template(emulator, "usage-session")["id"]
        device = {"_id": patient, "_patient": {"id": patient}, "_templateId": of_device}
        assert emulator.call("POST", "/device/v2/devices", json=device).status_code == 201
        sessions = f"/device/v1/devices/{patient}/usage-sessions"
        began = {"_state": "ACTIVE", "_startTime": "2020-01-31T12:00:00Z"}
        session = {**began, "_templateId": of_session, "_patient": {"id": patient}}
        id = emulator.call("POST", sessions, json=session).body["_id"]
        ended = {"_state": "DONE", "_endTime": end, "_summary": {"_stopReasonCode": "COMPLETION"}}
        done = emulator.call("PATCH", f"{sessions}/{id}", json={**began, **ended})
        assert done.status_code == 200, done.body
    assert emulator.wait_for_notifications()
    assert emulator.call("GET", f"{PATIENTS}/{idle}").body["lastSession"].startswith("2020-01-31T13:00:00")
    limit = {"idleUntil": "2025-01-01T00:00:00.000Z", "idleAlert": template(emulator, "patient-alert")["name"]}
    assert emulator.call("PATCH", f"/organization/v1/organizations/{FIRST}", json=limit).status_code == 200
    record = emulator.invoke({"headers": {}, "body": {"scheduled": True}}, "watch", exact=True)
    assert record["error"] is None, record["logs"]
    assert [len(alerts(emulator, patient)) for patient in (busy, idle, recent)] == [0, 1, 0]
    # What was created before the limit is found by its age where it has no session at all.
    later = {"idleUntil": "2030-01-01T00:00:00.000Z"}
    assert emulator.call("PATCH", f"/organization/v1/organizations/{FIRST}", json=later).status_code == 200
    emulator.invoke({"headers": {}, "body": {"scheduled": True}}, "watch", exact=True)
    assert [len(alerts(emulator, patient)) for patient in (busy, idle, recent)] == [1, 2, 1]


def test_a_patient_has_one_alert_until_it_is_cleared(emulator: Emulator) -> None:
    id = template(emulator, "patient-alert")["id"]
    hook = {"notifications": [{"entityTypeName": "patient", "actionName": "_saveMeasurement"}]}
    variables = {"environmentVariables": {"TEMPLATE": id}}
    emulator.deploy(code_zip(GUARD, **{"api.py": API}), "guard", subscriptions=hook, **variables)
    patient = new_patient(emulator)
    history = []
    for pulse in (170, 175, 90, 165):
        metadata = {"timestamp": "2026-01-31T12:00:00Z", "patientId": patient}
        message = {"metadata": metadata, "data": {"pulse": pulse}}
        assert emulator.call("POST", "/measurement/v1/measurements", json=message).status_code < 300
        assert emulator.wait_for_notifications()
        history.append(sorted(state for state, _ in alerts(emulator, patient)))
    assert history == [["ACTIVE"], ["ACTIVE"], ["CLEARED"], ["ACTIVE", "CLEARED"]]


def test_an_interceptor_replies_with_text_on_paths_with_and_without_a_template(emulator: Emulator) -> None:
    by_template = f"{PATIENTS}/templates/{{templateName}}"
    hooks = [interception("PRE_REQUEST", f"POST{path}", order) for order, path in ((1, PATIENTS), (2, by_template))]
    # The fields that the sample's own configuration has beside the ones that count.
    hooks = [{**hook, "entityTypeName": "patient", "servicePrefix": "/organization"} for hook in hooks]
    emulator.deploy(code_zip(TEXT), subscriptions={"interceptionOrder": 1, "interceptions": hooks, "notifications": []})
    chosen = template(emulator, "patient")
    for path, more in ((PATIENTS, {"_templateId": chosen["id"]}), (f"{PATIENTS}/templates/{chosen['name']}", {})):
        own = {"_email": f"{len(path)}@example.com", "_phone": f"+49151123456{len(path)}"}
        made = emulator.call("POST", path, json={**ADA, **OWNED, **own, **more})
        assert (made.status_code, made.body.get("_credentialType")) == (201, "OTP"), made.body
    assert [invocation["kind"] for invocation in emulator.invocations("demo")] == ["PRE_REQUEST"] * 2
