"""Measurements and plugins: who intercepts them, and who is notified of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.made_templates import make_template
from tests.emulator.services.measurements.helpers import V1, V2, at, message, searched, searched_in_pages

pytestmark = pytest.mark.slow

#: Makes an alert for each pulse that is too high, and tells the patient so.
ALARM = code_zip("""
    import json, os, urllib.request
    BASE = os.environ["BIOT_BASE_URL"]
    def call(path, body, token=None):
        headers = {"content-type": "application/json", **({"authorization": "Bearer " + token} if token else {})}
        request = urllib.request.Request(BASE + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read() or "null")
    def handler(event, context):
        entity = json.loads(event["body"])["data"]["entity"]
        key = {"id": os.environ["BIOT_SERVICE_USER_ID"], "secretKey": os.environ["BIOT_SERVICE_USER_SECRET_KEY"]}
        token = call("/ums/v2/services/accessToken", key)["accessToken"]
        for measure in entity.get("measures", [entity]):
            if measure["data"]["pulse"] > 100:
                patient = measure["metadata"]["patientId"]
                call("/organization/v1/users/patients/" + patient + "/alerts", {"_severity": "MAJOR"}, token)
        return {"statusCode": 200}
""")
ANYTHING = code_zip("def handler(event, context): return {}")
CHANGING = code_zip("""
    import json
    def handler(event, context):
        body = json.loads(event["body"])
        request = body["request"]
        if event["headers"]["hooktype"] == "INTERCEPTOR_PRE":
            request["body"]["data"]["pulse"] += 1
            return {"request": request}
        response = body["response"]
        response["body"]["seen"] = True
        return {"response": response}
""")


def told_of(*wanted: tuple[str, ...]) -> dict[str, Any]:
    names = ("entityTypeName", "actionName", "templateName")
    return {"notifications": [dict(zip(names, one, strict=False)) for one in wanted]}


def bodies(emulator: Emulator, name: str) -> list[dict[str, Any]]:
    assert emulator.wait_for_notifications()
    return [one["input"]["body"] for one in emulator.invocations(name)]


def create(emulator: Emulator, template: str | None = None) -> str:
    path = f"{PATIENTS}/templates/{template}" if template else PATIENTS
    return str(emulator.call("POST", path, json=ADA).body["_id"])


def test_a_plugin_makes_an_alert_of_a_measurement(emulator: Emulator) -> None:
    emulator.deploy(ALARM, subscriptions=told_of(("patient", "_saveMeasurement"), ("patient", "_saveMeasurementBulk")))
    id, other = create(emulator), create(emulator)
    assert emulator.call("POST", V1, json=message(1, {"pulse": 130}, patientId=id)).status_code == 200
    measures = [message(second, {"pulse": 99 + second}, patientId=other) for second in range(3)]
    assert emulator.call("POST", f"{V1}/bulk", json={"measures": measures}).status_code == 200
    assert emulator.wait_for_notifications()
    assert [one["error"] for one in emulator.invocations("demo")] == [None, None]
    alerts = emulator.search(f"{PATIENTS}/alerts")
    assert sorted(alert["_patient"]["id"] for alert in alerts) == sorted([id, other])


def test_a_notification_says_whose_measurement_it_is(emulator: Emulator) -> None:
    emulator.deploy(ANYTHING, subscriptions=told_of(("patient", "_saveMeasurement")))
    id = create(emulator)
    emulator.call("POST", "/device/v2/devices", json={"_id": "watch", "_patient": {"id": id}})
    sent = message(1, {"pulse": 61}, deviceId="watch")
    emulator.call("POST", V1, json=sent)
    emulator.call("POST", V1, json=message(2, {"pulse": "none"}, patientId=id))
    [body] = bodies(emulator, "demo")
    metadata = body["metadata"]
    assert (metadata["entityTypeName"], metadata["actionName"]) == ("patient", "_saveMeasurement")
    assert body["data"] == {
        "entity": {"metadata": {"timestamp": at(1), "deviceId": "watch", "patientId": id}, "data": {"pulse": 61}},
        "additionalData": {},
    }


def test_a_bulk_is_notified_once_for_each_template_and_only_with_what_was_saved(emulator: Emulator) -> None:
    emulator.deploy(ANYTHING, "all", subscriptions=told_of(("patient", "_saveMeasurementBulk")))
    emulator.deploy(ANYTHING, "few", subscriptions=told_of(("patient", "_saveMeasurementBulk", "heart")))
    make_template(emulator, "patient", "heart")
    first, second = create(emulator), create(emulator, "heart")
    measures = [message(1, {"pulse": 61}, patientId=first), message(2, {"pulse": 62, "x": "y"}, patientId=second)]
    nobody = message(3, {"pulse": 63})
    assert emulator.call("POST", f"{V1}/bulk", json={"measures": [*measures, nobody]}).status_code == 206
    entities = [body["data"]["entity"] for body in bodies(emulator, "all")]
    of_heart = {"measures": [message(2, {"pulse": 62}, patientId=second)]}
    assert sorted(entities, key=json.dumps) == sorted([{"measures": measures[:1]}, of_heart], key=json.dumps)
    assert [body["data"]["entity"] for body in bodies(emulator, "few")] == [of_heart]


def test_measurements_are_intercepted(emulator: Emulator) -> None:
    hooks = [interception("PRE_REQUEST", f"POST{V1}"), interception("POST_REQUEST", f"GET{V2}/raw")]
    hooks += [interception("POST_REQUEST", f"GET{V1}/{form}") for form in ("raw", "aggregated")]
    emulator.deploy(CHANGING, subscriptions={"interceptions": hooks})
    id = create(emulator)
    reply = emulator.call("POST", V1, json=message(1, {"pulse": 61}, patientId=id))
    assert reply.body["data"] == {"pulse": 62}
    pages = searched_in_pages(emulator, "raw", {"timestamp": {"from": at(0), "to": at(9)}}).body
    assert ([item["data"] for item in pages["data"]], pages["seen"]) == ([{"pulse": 62}], True)
    assert searched(emulator, "raw", patientId=id, attributes="pulse").body["seen"] is True
    averages = searched(emulator, "aggregated", patientId=id, attributes="pulse", binIntervalSeconds=60)
    assert averages.body["seen"] is True
    kinds = [(one["input"]["body"]["entityName"], one["kind"]) for one in emulator.invocations("demo")]
    assert kinds == [("measurement", "PRE_REQUEST"), *[("measurement", "POST_REQUEST")] * 3]
