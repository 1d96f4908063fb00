"""What happened, as an operator sees it: each call with its steps, while it happens and afterwards."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from typing import Any

import pytest

from biot_emulator.api.call import Caller
from biot_emulator.hooks.background_calls import BackgroundCalls
from biot_emulator.invocations import history as invocations_history
from biot_emulator.testing import Emulator
from biot_emulator.timelines.recorded_calls import CallKind, Sent
from tests.emulator.conftest import PATIENTS, code_zip, interception
from tests.emulator.operator.records.conftest import CREATE, create, last, listed, plugin_path, send, timeline

pytestmark = pytest.mark.slow

ADMIN = Caller("admin", "USER", "here", frozenset())
LOGIN = "/ums/v2/users/login"


def steps(call: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(step["kind"], (step["invocation"] or {}).get("plugin"), step["outcome"]) for step in call["steps"]]


def test_a_call_is_one_timeline_through_all_plugins_with_what_each_has_changed(emulator: Emulator) -> None:
    assert create(emulator).status_code == 201
    call = last(emulator)
    assert steps(call) == [
        ("PRE_REQUEST", "Plugin-first", "PASSED"),
        ("PRE_REQUEST", "Plugin-second", "PASSED"),
        ("API", None, None),
        ("POST_REQUEST", "Plugin-first", "PASSED"),
        ("NOTIFICATION", "Plugin-first", None),
    ]
    first, second, api, post, notification = call["steps"]
    assert first["difference"] == [{"path": "/body/trail", "after": "a"}]
    assert second["difference"] == [{"path": "/body/trail", "before": "a", "after": "ab"}]
    assert (second["before"]["body"]["trail"], second["after"]["body"]["trail"]) == ("a", "ab")
    assert (api["apiId"], api["statusCode"], api["before"]["body"]["trail"]) == (CREATE, 201, "ab")
    assert (api["after"]["body"]["trail"], post["after"]["body"]["trail"]) == ("ab", "aba")
    assert notification["before"]["data"]["entity"]["trail"] == "ab"
    assert [step["startMs"] for step in call["steps"]] == sorted(step["startMs"] for step in call["steps"])
    assert all(step["durationMs"] >= 0 for step in call["steps"])
    assert first["invocation"]["maxMemoryMb"] > 0
    assert first["logs"] == [{"text": "handling", "traceback": [], "isError": False}]
    assert call["response"]["body"]["trail"] == "aba"
    assert call["request"]["headers"]["authorization"] == "<hidden>"
    assert (call["pending"], call["failed"], call["statusCode"]) == (False, False, 201)
    assert call["caller"]["role"] == "MANUFACTURER_ADMIN"
    assert "eyJ" not in json.dumps(call)


def test_what_a_plugin_calls_belongs_to_the_invocation_that_made_it(emulator: Emulator) -> None:
    assert create(emulator, do="call").status_code == 201
    call = last(emulator, "roots=true")
    first, *others = call["steps"]
    assert [made["address"] for made in first["calls"]] == ["/ums/v2/services/accessToken", "/device/v2/devices"]
    assert not any(step["calls"] for step in others)
    login, devices = first["calls"]
    expected = {
        "callId": call["id"],
        "invocationId": first["invocation"]["id"],
        "plugin": "Plugin-first",
        "certain": True,
    }
    assert login["madeBy"] == devices["madeBy"] == expected
    assert login["traceId"] == devices["traceId"] == call["traceId"]
    assert {made["id"] for made in listed(emulator, f"trace={call['traceId']}")} >= {
        call["id"],
        login["id"],
        devices["id"],
    }
    assert listed(emulator, "roots=true")[-1]["id"] == call["id"]
    # With the secret of its service user, and the token that it got.
    credentials = timeline(emulator, login["id"])
    assert credentials["request"]["body"]["secretKey"] == credentials["response"]["body"]["accessToken"] == "<hidden>"


def test_a_call_that_hangs_is_there_with_what_was_sent_before_and_after_its_timeout(emulator: Emulator) -> None:
    waiting = threading.Thread(target=create, args=(emulator,), kwargs={"do": "hang"})
    waiting.start()
    while not (pending := listed(emulator, "status=pending&hook=PRE_REQUEST")):
        time.sleep(0.01)
    call = timeline(emulator, pending[0]["id"])
    [step] = call["steps"]
    assert (call["statusCode"], call["durationMs"], step["pending"], step["durationMs"]) == (None, None, True, None)
    assert call["request"]["body"]["do"] == step["before"]["body"]["do"] == "hang"
    sent = emulator.call("GET", f"/_emulator/invocations/{step['invocation']['id']}").body
    assert (sent["pending"], sent["statusCode"], sent["input"]["body"]["request"]["body"]["do"]) == (True, None, "hang")
    [summary] = emulator.call("GET", "/_emulator/invocation-summaries?limit=1").body["data"]
    assert (summary["id"], summary["pending"]) == (step["invocation"]["id"], True)
    assert emulator.invocations() == []
    waiting.join()

    call = timeline(emulator, call["id"])
    [step] = call["steps"]
    assert (call["statusCode"], call["failed"], call["pending"]) == (502, True, False)
    assert (step["error"]["type"], step["outcome"]) == ("Sandbox.Timedout", "FAILED")
    assert (step["reason"], step["before"]["body"]["do"]) == ("it ended with Sandbox.Timedout", "hang")


@pytest.mark.parametrize(("do", "type"), [("exit", "Runtime.ExitError"), ("crash", "KeyError")])
def test_a_call_that_a_crash_ends_is_there_with_what_was_sent(emulator: Emulator, do: str, type: str) -> None:
    assert create(emulator, do=do).status_code == 502
    call = last(emulator, "status=failed&plugin=Plugin-first")
    [step] = call["steps"]
    assert (step["error"]["type"], step["before"]["body"]["do"], step["after"]) == (type, do, None)
    if do == "crash":
        entry = step["logs"][-1]
        assert (entry["isError"], "KeyError" in entry["text"]) == (True, True)
        assert entry["traceback"][0].startswith("Traceback")


def test_a_plugin_that_fails_where_that_is_ignored_or_refuses_says_what_became_of_the_call(emulator: Emulator) -> None:
    emulator.call("PATCH", "/_emulator/failure-policies", json={"crash": "ignore"})
    assert create(emulator, do="crash").status_code == 201
    emulator.call("PATCH", "/_emulator/failure-policies", json={"crash": "fail"})
    call = last(emulator, "roots=true&kind=API&hook=PRE_REQUEST")
    assert [step["outcome"] for step in call["steps"]][:2] == ["IGNORED", "PASSED"]
    # What the plugin would have changed is not what the API received.
    assert call["steps"][2]["before"]["body"]["trail"] == "b"
    assert create(emulator, do="refuse").status_code == 422
    call = last(emulator, "status=422")
    assert steps(call) == [("PRE_REQUEST", "Plugin-first", "STOPPED")]
    assert call["steps"][0]["after"] == {"code": "NO"}


def test_a_notification_that_is_not_sent_says_why(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BackgroundCalls, "submit", lambda *_: False)
    assert create(emulator).status_code == 201
    call = last(emulator)
    lost = call["steps"][-1]
    assert (lost["kind"], lost["outcome"], lost["invocation"]["plugin"]) == ("NOTIFICATION", "LOST", "Plugin-first")
    assert (lost["reason"], lost["pending"]) == ("The notification was not sent: too many wait for the plugin", False)
    assert (call["pending"], call["failed"]) == (False, True)
    # Nor does anything more than that wait for a plugin.
    refused = emulator.call("POST", f"/_emulator/calls/{call['id']}/resend")
    assert refused.status_code == 429
    assert last(emulator)["lost"] == "It was not sent: too many others go on"


def test_a_log_in_shows_neither_password_nor_token(emulator: Emulator) -> None:
    emulator.as_user(emulator.username, emulator.password)
    send(emulator, "POST", LOGIN, b'{"username": "x", "password": "%s"' % emulator.password.encode())
    for call in listed(emulator):
        shown = json.dumps(timeline(emulator, call["id"]))
        assert emulator.password not in shown
        assert "eyJ" not in shown
    assert {call["apiId"] for call in listed(emulator)} == {f"POST{LOGIN}"}


def test_what_is_no_call_of_an_api_is_a_timeline_too(emulator: Emulator) -> None:
    path = plugin_path(emulator)
    headers = {"content_type": "application/json", "authorization": f"Bearer {emulator.token}"}
    assert send(emulator, "PUT", f"{path}some/path?a=1", b'{"a":  1}', **headers)[0] == 201
    emulator.fire_schedule("first")
    emulator.invoke({"a": 1}, "first")
    url, schedule, invoked = listed(emulator, "roots=true")[-3:]
    assert (url["kind"], url["address"], url["statusCode"]) == ("URL", f"{path}some/path?a=1", 201)
    assert url["caller"]["role"] == "MANUFACTURER_ADMIN"
    assert (schedule["kind"], schedule["hooks"], schedule["plugins"]) == ("SCHEDULE", ["SCHEDULED"], ["Plugin-first"])
    assert (invoked["kind"], invoked["hooks"], invoked["statusCode"]) == ("INVOKE", ["DIRECT"], 201)
    call = timeline(emulator, url["id"])
    assert (call["request"]["body"], call["request"]["text"]) == ({"a": 1}, '{"a":  1}')
    assert call["response"]["headers"]["x-a"] == "b"
    assert timeline(emulator, schedule["id"])["steps"][0]["before"]["source"] == "aws.events"
    assert send(emulator, "GET", f"{path}crash")[0] == 502
    assert last(emulator)["steps"][0]["error"]["type"] == "KeyError"


def test_a_call_that_is_refused_is_there_and_looking_is_none(emulator: Emulator) -> None:
    assert send(emulator, "GET", "/device/v2/devices")[0] == 401
    assert send(emulator, "GET", "/nobody/v1/knows")[0] == 404
    assert send(emulator, "POST", "/device/v2/devices", b"{", authorization=f"Bearer {emulator.token}")[0] == 400
    emulator.call("GET", "/_emulator/invocations")
    assert [(call["statusCode"], call["failed"]) for call in listed(emulator)] == [
        (401, True),
        (404, True),
        (400, True),
    ]


def test_the_command_of_curl_does_the_same(emulator: Emulator) -> None:
    content = '{"_name": {"firstName": "It\'s $HOME `x`", "lastName": "[é] \\\\"}, "a": 1.0}'.encode()
    headers = {"authorization": f"Bearer {emulator.token}", "content_type": "application/json"}
    assert send(emulator, "POST", f"{PATIENTS}?q=%7B[a]", content, **headers)[0] == 201
    [call] = listed(emulator, "roots=true&kind=API&hook=PRE_REQUEST")
    command = emulator.call("GET", f"/_emulator/calls/{call['id']}/curl").content.decode()
    assert emulator.token
    assert emulator.token not in command
    environment = {"TOKEN": emulator.token, "PATH": "/usr/bin:/bin", "HOME": "/nowhere"}
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["_name"] == {"firstName": "It's $HOME `x`", "lastName": "[é] \\"}
    first, second = (timeline(emulator, made["id"]) for made in listed(emulator, "roots=true&hook=PRE_REQUEST"))
    assert (first["request"]["text"], first["address"]) == (second["request"]["text"], second["address"])


def test_an_event_is_a_file_that_can_be_sent_again(emulator: Emulator, tmp_path: Any, monkeypatch: Any) -> None:
    create(emulator)
    call = last(emulator)
    for step, kind in ((call["steps"][0], "PRE_REQUEST"), (call["steps"][-1], "NOTIFICATION")):
        path = f"/_emulator/invocations/{step['invocation']['id']}/event"
        reply = emulator.call("GET", path)
        assert "attachment" in reply.headers["content-disposition"]
        placed = reply.body["headers"]["authorization"] if kind == "PRE_REQUEST" else reply.body["body"]["jwt"]
        assert placed.endswith("SIGN_ME")
        assert emulator.invoke(reply.body, "first")["statusCode"] == 200
        refused = emulator.call("POST", path, json={"name": "mine"})
        assert (refused.status_code, refused.body["code"]) == (409, "EVENT_NOT_SAVED")
        monkeypatch.setattr(emulator.platform.records.events, "path", tmp_path / "events")
        saved = emulator.call("POST", path, json={"name": kind})
        assert saved.body == {"path": str(tmp_path / "events" / f"{kind}.json"), "name": f"{kind}.json"}
        assert json.loads((tmp_path / "events" / f"{kind}.json").read_text()) == reply.body
        monkeypatch.undo()


def test_ten_thousand_are_listed_without_their_contents(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, template = emulator.platform.calls, emulator.fire_schedule("first")
    for number in range(10_000):
        id = calls.begin(CallKind.API, Sent("GET", f"/a/v1/{number}"), caller=ADMIN)
        calls.finish(id, 200, {}, b"{}")
        emulator.platform.invocations.add({**template, "id": str(number)})

    def refuse(_: object) -> None:
        raise AssertionError("nothing is decoded to be listed")

    monkeypatch.setattr(invocations_history, "decode", refuse)
    page = emulator.call("GET", "/_emulator/calls?limit=10000").body
    assert (len(page["data"]), page["data"][0]["address"], page["before"]) == (10_000, "/a/v1/9999", None)
    summaries = emulator.call("GET", "/_emulator/invocation-summaries?limit=10000").body
    assert (len(summaries["data"]), summaries["totalResults"], summaries["data"][0]["id"]) == (10_000, 10_000, "9999")
    following = emulator.call("GET", "/_emulator/calls?limit=3").body
    assert following["before"] == following["data"][-1]["number"]
    page = emulator.call("GET", f"/_emulator/calls?limit=1&before={following['before']}").body
    assert page["data"][0]["address"] == "/a/v1/9996"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("calls?status=xx", "pending, failed, lost"),
        ("calls?kind=x", "API, URL, SCHEDULE, INVOKE"),
        ("calls?limit=0", "from 1 to 10000"),
        ("calls?limit=x", "from 1 to 10000"),
        ("calls?before=x", "whole number"),
        ("calls?roots=maybe", "true, false"),
        ("calls/live?since=x", "whole number"),
        ("calls/nobody", "no call [nobody]"),
        ("calls/nobody/curl", "no call [nobody]"),
        ("invocations/nobody/event", "no invocation [nobody]"),
    ],
)
def test_a_mistake_is_answered_with_what_is_wrong(emulator: Emulator, path: str, says: str) -> None:
    reply = emulator.call("GET", f"/_emulator/{path}")
    assert reply.status_code in (400, 404)
    assert says in reply.body["message"]


def test_what_a_plugin_gives_away_of_its_variables_is_not_shown(emulator: Emulator) -> None:
    """Nor is it once they are changed, or the plugin is deleted."""
    code = code_zip("""
        import json, os
        def handler(event, context):
            key = os.environ["BIOT_SERVICE_USER_SECRET_KEY"]
            reply = {"leak": os.environ["DB_PASSWORD"], "text": "postgres " + key}
            return {"statusCode": 400, "body": json.dumps(reply)}
    """)
    hooks = {"interceptions": [interception("PRE_REQUEST", "POST/device/v2/devices")]}
    variables = {"DB_PASSWORD": "Correct7horse"}
    emulator.deploy(code, "leaky", subscriptions=hooks, environmentVariables=variables)
    reply = emulator.call("POST", "/device/v2/devices", json={"_id": "x"})
    assert reply.body["leak"] == "Correct7horse"
    call = last(emulator, "plugin=Plugin-leaky&kind=API")
    assert call["response"]["body"] == {"leak": "<hidden>", "text": "postgres <hidden>"}
    emulator.call("DELETE", "/settings/v2/plugins/Plugin-leaky")
    assert timeline(emulator, call["id"])["response"]["body"] == call["response"]["body"]
