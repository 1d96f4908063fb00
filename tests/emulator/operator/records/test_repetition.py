"""What happened, again: as a new call that is linked to the old one, on behalf of the same caller."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID
from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS
from tests.emulator.operator.records.conftest import create, last, listed, plugin_path, send, timeline

pytestmark = pytest.mark.slow

DEVICES = "/device/v2/devices"
#: As no JSON encoder writes it, with a name twice.
ODD = b'{ "_name": {"firstName":"Ada" ,"lastName": "L"}, "a": 1.50, "a": 1.0e2,\n "b": "\\u00e9" }'
JSON = "application/json"


def resend(emulator: Emulator, id: str, body: Any = None, wait: str = "") -> Reply:
    content = None if body is None else json.dumps(body).encode()
    return emulator.call("POST", f"/_emulator/calls/{id}/resend{wait}", content=content)


def service_user(emulator: Emulator) -> tuple[str, Client]:
    made = emulator.call("POST", "/ums/v2/services", json={"roleId": ADMINISTRATOR_ROLE_ID, "type": "EXTERNAL_SERVICE"})
    credentials = {"id": made.body["id"], "secretKey": made.body["secretKeyData"]["secretKey"]}
    token = emulator.call("POST", "/ums/v2/services/accessToken", json=credentials).body["accessToken"]
    return made.body["id"], Client(emulator.url, token)


def test_a_call_is_sent_again_with_the_same_bytes_as_a_new_one(emulator: Emulator) -> None:
    headers = {"authorization": f"Bearer {emulator.token}", "content_type": JSON, "x_mine": "1"}
    assert send(emulator, "POST", f"{PATIENTS}?a=%7B1", ODD, **headers)[0] == 201
    first = last(emulator, "roots=true&hook=PRE_REQUEST")
    reply = resend(emulator, first["id"])
    assert (reply.status_code, reply.body["resentFrom"], reply.body["statusCode"]) == (201, first["id"], 201)
    second = last(emulator, "roots=true&hook=PRE_REQUEST")
    assert (second["id"], second["resentFrom"]) == (reply.body["id"], first["id"])
    assert timeline(emulator, first["id"])["resentAs"] == [second["id"]]
    assert first["request"]["text"] == second["request"]["text"] == ODD.decode()
    assert second["address"] == f"{PATIENTS}?a=%7B1"
    assert second["caller"] == first["caller"]
    assert second["traceId"] != first["traceId"]
    assert second["request"]["headers"]["x-mine"] == "1"
    assert [step["kind"] for step in second["steps"]] == [step["kind"] for step in first["steps"]]
    assert second["response"]["body"]["_id"] != first["response"]["body"]["_id"]
    stored = emulator.platform.calls.read(second["id"])
    assert stored
    assert stored.sent
    assert stored.sent.content == ODD


def test_a_call_is_sent_again_with_what_is_changed(emulator: Emulator) -> None:
    made = create(emulator).body
    call = last(emulator, "roots=true&hook=PRE_REQUEST")
    body = '{"_name":  {"firstName": "Grace", "lastName": "H"}}'
    reply = resend(emulator, call["id"], {"method": "PATCH", "path": f"{PATIENTS}/{made['_id']}", "body": body})
    assert reply.body["statusCode"] == 200
    changed = timeline(emulator, reply.body["id"])
    assert changed["request"]["text"] == body
    assert changed["response"]["body"]["_name"]["firstName"] == "Grace"
    reply = resend(emulator, call["id"], {"method": "GET", "query": {"searchRequest": ["{}"], "b": "1"}, "body": None})
    assert (reply.body["address"], reply.body["statusCode"]) == (f"{PATIENTS}?searchRequest=%7B%7D&b=1", 200)
    reply = resend(emulator, call["id"], {"body": {"_name": 1}})
    assert reply.body["statusCode"] == 400
    assert timeline(emulator, reply.body["id"])["request"]["body"] == {"_name": 1}


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ({"path": "/_emulator/reset"}, "not below /_emulator"),
        ({"path": "/%5Femulator/reset"}, "not below /_emulator"),
        ({"path": "/_functions/x/"}, "one of the APIs as it was"),
        ({"path": "device"}, "must be a path"),
        ({"path": ""}, "[path] must"),
        ({"path": "?a=b"}, "must be a path"),
        ({"path": "/device/v2/ x"}, "must be a path"),
        ({"path": "/a/<hidden>"}, "must be a path"),
        ({"path": 1}, "[path] must be text"),
        ({"query": "a b"}, "[query]"),
        ({"query": "token=%3Chidden%3E"}, "put that in again"),
        ({"query": 1}, "[query]"),
        ({"method": "FETCH"}, "[method] must be one of GET, POST"),
        ({"headers": {}}, "[headers] cannot be changed"),
        ({"body": "x" * 300_000}, "at most 262144 bytes"),
        ([1], "JSON object"),
    ],
)
def test_what_cannot_be_changed_is_refused_and_nothing_is_sent(emulator: Emulator, edits: Any, says: str) -> None:
    emulator.call("GET", DEVICES)
    reply = resend(emulator, last(emulator)["id"], edits)
    assert (reply.status_code, says in reply.body["message"]) == (400, True), reply.body
    assert len(listed(emulator)) == 1


def test_whose_call_it_was_is_whose_it_is_again_though_nobody_has_recorded_a_token(emulator: Emulator) -> None:
    id, client = service_user(emulator)
    assert client.call("GET", DEVICES).status_code == 200
    call = last(emulator)
    assert call["caller"]["subjectId"] == id
    again = resend(emulator, call["id"]).body
    assert (again["statusCode"], again["caller"]) == (200, call["caller"])
    emulator.call("PATCH", f"/ums/v2/services/{id}", json={"active": False})
    for gone in (1, 2):
        refused = resend(emulator, call["id"])
        assert (refused.status_code, refused.body["code"]) == (409, "CALLER_GONE"), gone
        assert id in refused.body["message"]
        emulator.call("DELETE", f"/ums/v2/services/{id}")


def test_a_log_in_is_sent_again_with_a_password_of_ones_own_alone(emulator: Emulator) -> None:
    emulator.as_user(emulator.username, emulator.password)
    call = last(emulator)
    refused = resend(emulator, call["id"])
    assert (refused.status_code, refused.body["code"]) == (409, "NOT_REPEATABLE")
    assert "secrets, which are not recorded" in refused.body["message"]
    body = {"username": emulator.username, "password": emulator.password}
    again = resend(emulator, call["id"], {"body": body}).body
    assert again["statusCode"] == 200
    assert emulator.password not in json.dumps(timeline(emulator, again["id"]))


def test_what_is_not_recorded_as_it_came_is_not_sent_again_and_says_why(emulator: Emulator) -> None:
    send(emulator, "GET", DEVICES, authorization="Bearer nobody")
    [refused] = listed(emulator)
    reply = resend(emulator, refused["id"])
    assert (reply.status_code, "Nobody knows whose" in reply.body["message"]) == (409, True)
    emulator.call("POST", "/settings/v2/plugins", form={"config": b"{}"})
    form = last(emulator)
    [part] = form["request"]["parts"]
    assert (part["name"], part["bytes"]) == ("config", 2)
    reply = resend(emulator, form["id"])
    assert (reply.status_code, "a form" in reply.body["message"]) == (409, True)
    emulator.call("GET", "/ums/v1/tokens/1234")
    token = last(emulator)
    assert token["address"] == "/ums/v1/tokens/<hidden>"
    reply = resend(emulator, token["id"])
    assert (reply.status_code, "another [path]" in reply.body["message"]) == (409, True)
    assert resend(emulator, token["id"], {"path": "/ums/v1/tokens/5678"}).status_code == 201
    assert resend(emulator, "nobody").status_code == 404


def test_a_call_goes_on_while_nobody_waits(emulator: Emulator) -> None:
    create(emulator, do="hang")
    call = last(emulator)
    reply = resend(emulator, call["id"], wait="?wait=false")
    assert (reply.status_code, reply.body["pending"], reply.body["statusCode"]) == (202, True, None)
    while timeline(emulator, reply.body["id"])["pending"]:
        time.sleep(0.02)
    assert timeline(emulator, reply.body["id"])["statusCode"] == 502


def test_a_request_to_a_plugin_has_no_trace_but_a_trace(emulator: Emulator) -> None:
    path = plugin_path(emulator)
    assert send(emulator, "GET", path, b"", traceparent="00-<b>-cd-01", content_type=JSON)[0] == 201
    assert last(emulator)["traceId"] == ""
    assert send(emulator, "GET", path, b"", traceparent=f"00-{'ab' * 16}-{'cd' * 8}-01", content_type=JSON)[0] == 201
    assert last(emulator)["traceId"] == "ab" * 16


def test_a_request_to_a_plugin_is_sent_again_with_the_same_bytes(emulator: Emulator) -> None:
    path = plugin_path(emulator)
    headers = {"authorization": f"Bearer {emulator.token}", "content_type": JSON}
    assert send(emulator, "PUT", f"{path}a%20b?c=%7B", b'{"a":  1}', **headers)[0] == 201
    call = last(emulator)
    again = timeline(emulator, resend(emulator, call["id"]).body["id"])
    assert (again["statusCode"], again["address"], again["caller"]) == (201, call["address"], call["caller"])
    event = emulator.call("GET", f"/_emulator/invocations/{again['steps'][0]['invocation']['id']}/event").body
    assert (event["body"], event["rawPath"], event["rawQueryString"]) == ('{"a":  1}', "/a%20b", "c=%7B")
    encoded = resend(emulator, call["id"], {"query": "a=\N{BULLET}&b=%20"}).body
    assert encoded["address"] == f"{path}a%20b?a=%E2%80%A2&b=%20"
    changed = resend(emulator, call["id"], {"path": f"{path}x", "body": "[2]", "method": "POST", "query": ""}).body
    assert (changed["address"], changed["method"]) == (f"{path}x", "POST")
    refused = resend(emulator, call["id"], {"path": DEVICES})
    assert refused.status_code == 400
    assert resend(emulator, call["id"], {"path": "/_functions/nobody/"}).status_code == 404


@pytest.mark.parametrize("headers", [{"authorization": "Basic YTpi"}, {"x_api_key": "YTpi"}])
def test_a_request_with_a_secret_that_the_platform_does_not_know_is_not_sent_again(
    emulator: Emulator, headers: dict[str, Any]
) -> None:
    send(emulator, "GET", plugin_path(emulator), **headers)
    reply = resend(emulator, last(emulator)["id"])
    assert (reply.status_code, reply.body["code"]) == (409, "NOT_REPEATABLE")


def test_a_schedule_and_an_operators_event_are_sent_again(emulator: Emulator) -> None:
    emulator.fire_schedule("first")
    schedule = last(emulator)
    again = resend(emulator, schedule["id"]).body
    assert (again["kind"], again["resentFrom"], again["statusCode"]) == ("SCHEDULE", schedule["id"], 201)
    assert resend(emulator, schedule["id"], {"method": "GET"}).status_code == 400
    emulator.invoke({"a": 1}, "first")
    invoked = last(emulator)
    again = resend(emulator, invoked["id"]).body
    assert (again["kind"], again["resentFrom"]) == ("INVOKE", invoked["id"])
    assert timeline(emulator, again["id"])["steps"][0]["before"] == {"a": 1}
    assert emulator.call("GET", f"/_emulator/calls/{invoked['id']}/curl").status_code == 409


def test_an_invocation_is_made_again_with_the_same_event_or_another(emulator: Emulator) -> None:
    create(emulator)
    call = last(emulator, "roots=true&hook=PRE_REQUEST")
    step = call["steps"][0]
    path = f"/_emulator/invocations/{step['invocation']['id']}/repeat"
    again = emulator.call("POST", path)
    assert (again.status_code, again.body["kind"], again.body["resentFrom"]) == (201, "INVOKE", call["id"])
    [repeated] = timeline(emulator, again.body["id"])["steps"]
    assert (repeated["before"], repeated["after"], repeated["kind"]) == (step["before"], step["after"], "PRE_REQUEST")
    event = emulator.call("GET", path.replace("/repeat", "/event")).body
    event["body"]["request"]["body"]["trail"] = "x"
    changed = emulator.call("POST", path, json=event).body
    assert timeline(emulator, changed["id"])["steps"][0]["after"]["body"]["trail"] == "xa"
    assert emulator.call("POST", "/_emulator/invocations/nobody/repeat").status_code == 404


def test_an_event_that_had_a_secret_is_not_sent_again_without_it(emulator: Emulator) -> None:
    emulator.invoke({"a": {"password": "hush hush"}}, "first")
    [step] = last(emulator)["steps"]
    path = f"/_emulator/invocations/{step['invocation']['id']}/repeat"
    reply = emulator.call("POST", path)
    assert (reply.status_code, "/a/password" in reply.body["message"]) == (409, True)
    assert emulator.call("POST", path, json={"a": 2}).status_code == 201


def test_a_plugin_that_is_gone_is_not_invoked_again(emulator: Emulator) -> None:
    emulator.platform.invocations.add(
        {"id": "elsewhere", "plugin": "https://example.com", "input": {}, "kind": "DIRECT"}
    )
    reply = emulator.call("POST", "/_emulator/invocations/elsewhere/repeat")
    assert (reply.status_code, "not on this platform" in reply.body["message"]) == (409, True)
    emulator.platform.invocations.add({"id": "gone", "plugin": "Plugin-gone", "input": {}, "kind": "DIRECT"})
    assert emulator.call("POST", "/_emulator/invocations/gone/repeat").status_code == 404
