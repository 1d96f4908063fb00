"""The operator's side: what happened, and what only an operator does."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from biot_emulator.client import CallRefused, Client
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception

SHOUT = code_zip("""
    import json
    print("loading")
    def handler(event, context):
        print("handling", event["headers"]["authorization"])
        request = json.loads(event["body"])["request"]
        print(request)
        request["body"]["_name"]["lastName"] = request["body"]["_name"]["lastName"].upper()
        request["body"]["added"] = [1]
        del request["body"]["removed"]
        return {"request": request}
""")
CREATE = f"POST{PATIENTS}"
SECRET = {**ADA, "removed": 1, "password": "hush"}


@pytest.mark.slow
def test_an_invocation_tells_what_a_plugin_made_of_what_it_was_told(emulator: Emulator) -> None:
    emulator.deploy(SHOUT, subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    for _ in range(2):
        assert emulator.call("POST", PATIENTS, json=SECRET).status_code == 201
    cold, warm = emulator.invocations("demo")
    assert (cold["plugin"], cold["kind"], cold["hook"], cold["statusCode"]) == (
        "Plugin-demo",
        "PRE_REQUEST",
        CREATE,
        200,
    )
    assert cold["difference"] == [
        {"path": "/body/_name/lastName", "before": "Lovelace", "after": "LOVELACE"},
        {"path": "/body/removed", "before": 1},
        {"path": "/body/added", "after": [1]},
    ]
    assert (cold["cold"], warm["cold"]) == (True, False)
    assert cold["initMs"] > 0
    assert warm["initMs"] is None
    assert warm["durationMs"] > 0
    assert warm["maxMemoryMb"] > 0
    assert cold["error"] is None
    assert cold["logs"][0] == "loading"
    assert cold["logs"][1] == "handling Bearer <hidden>"
    assert "eyJ" not in json.dumps([cold, warm])
    assert "hush" not in json.dumps([cold, warm])
    assert emulator.call("GET", f"/_emulator/invocations/{cold['id']}").body == cold
    assert emulator.call("GET", "/_emulator/invocations?limit=1").body == {"data": [warm], "totalResults": 2}
    assert emulator.call("DELETE", "/_emulator/invocations").status_code == 204
    assert emulator.invocations() == []


@pytest.mark.slow
def test_an_invocation_that_failed_says_why(emulator: Emulator) -> None:
    emulator.deploy(code_zip("def handler(event, context): raise KeyError('mrn')"), cronSchedule="0 0 1 1 ? 2040")
    record = emulator.fire_schedule()
    assert record["statusCode"] == 502
    assert record["error"] == {"type": "KeyError", "message": "'mrn'", "phase": "invoke"}
    assert record["difference"] is None


@pytest.mark.slow
def test_an_invocation_tells_no_secrets(emulator: Emulator) -> None:
    """Those of the plugin, of its variables, and of whoever calls it."""
    code = code_zip("""
        import os
        def handler(event, context):
            for name, value in os.environ.items(): print(f"{name}={value}")
            key = os.environ["BIOT_SERVICE_USER_SECRET_KEY"]
            return {"variables": dict(os.environ), "key": key, "text": "the key " + key}
    """)
    emulator.deploy(code, environmentVariables={"DB_PASSWORD": "hush", "CITY": "London"})
    [plugin] = emulator.search("/settings/v2/plugins")
    headers = {"content-type": "application/x-www-form-urlencoded", "x-api-key": "hush"}
    url = f"{plugin['endpointUrl']}?city=Rome&password=hush"
    with urlopen(Request(url, b"user=ada&client_secret=hush", headers), timeout=30) as answer:
        assert answer.status == 200
    [record] = emulator.invocations()
    key = record["reply"]["key"]
    assert key == record["reply"]["variables"]["BIOT_SERVICE_USER_SECRET_KEY"] == "<hidden>"
    assert record["reply"]["text"] == "the key <hidden>"
    assert "CITY=London" in record["logs"]
    assert "city=Rome&password=<hidden>" in record["input"]["rawQueryString"]
    assert "hush" not in json.dumps(record)


@pytest.mark.slow
def test_an_invocation_tells_no_secret_in_whatever_form_a_plugin_prints_it(emulator: Emulator) -> None:
    """Those of the plugin, of its variables, of its caller and of the platform, also cut and encoded."""
    code = code_zip("""
        import base64, json, os
        from urllib.parse import quote
        def handler(event, context):
            secrets = json.loads(event["body"])["texts"] + [os.environ["BIOT_SERVICE_USER_SECRET_KEY"]]
            for secret in secrets:
                for form in (secret, json.dumps(secret), quote(secret, safe=""), secret.encode().hex()):
                    print("a line with", form)
                print("basic", base64.b64encode(b"user:" + secret.encode()).decode())
                print(secret[:5])
                print(secret[5:])
            if event["rawPath"] == "/fail": raise type(secrets[0], (Exception,), {})(secrets[0])
            return {name: [name] for name in secrets}
    """)
    variables = {"DB_PASSWORD": 'correct "horse"/7', "DATABASE_URL": "postgres://app:hunter2%21@db/x", "CITY": "London"}
    [key] = emulator.platform.tokens.private_keys()
    own = [variables["DB_PASSWORD"], "hunter2%21", "hunter2!", emulator.password, key, "the-callers-key-1"]
    emulator.deploy(code, environmentVariables=variables)
    [plugin] = emulator.search("/settings/v2/plugins")
    for path in ("/", "/fail"):
        request = Request(
            plugin["endpointUrl"].rstrip("/") + path,
            json.dumps({"texts": own}).encode(),
            {"content-type": "application/json", "x-api-key": own[-1]},
        )
        with suppress(HTTPError), urlopen(request, timeout=30):
            pass

    shown = json.dumps(emulator.invocations(), ensure_ascii=False)

    assert shown.count("a line with <hidden>") >= 2 * len(own)
    for secret in (*own, *key.split("\n"), "correct", "horse", "hunter2"):
        for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), secret.encode().hex()):
            assert form not in shown
    assert b64encode(b"user:" + own[0].encode()).decode() not in shown
    assert b64encode(own[3].encode()).decode()[:12] not in shown


INVOKE = "/_emulator/plugins/Plugin-demo/invoke"
ECHO = code_zip("""
    def handler(event, context):
        print("received", type(event).__name__)
        return {"event": event, "name": context.function_name}
""")


@pytest.mark.slow
@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        7,
        "text",
        ["a", 1.5],
        {"Records": [{"body": {"a": 1}}]},
        {"body": {"a": 1}, "text": "SIGN_ME"},
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {"own": "\N{SNOWMAN}"}},
    ],
)
def test_an_operator_sends_any_event_to_a_function(emulator: Emulator, event: Any) -> None:
    emulator.deploy(ECHO)
    record = emulator.invoke(event)
    assert record["error"] is None
    assert record["reply"] == {"event": event, "name": "Plugin-demo"}
    assert (record["plugin"], record["input"], record["statusCode"]) == ("Plugin-demo", event, 200)
    assert record["kind"] == ("SCHEDULED" if isinstance(event, dict) and "source" in event else "DIRECT")
    assert record["logs"] == [f"received {type(event).__name__}"]
    assert record["durationMs"] > 0
    assert emulator.invocations("demo") == [record]


@pytest.mark.slow
def test_an_operators_own_event_of_a_hook_is_one_of_the_platforms(emulator: Emulator) -> None:
    """A fixture is sent with a valid token, its body as text; what the handler changes is in the record."""
    emulator.deploy(SHOUT)
    request = {"body": {**ADA, "removed": 1}}
    headers = {"hooktype": "INTERCEPTOR_PRE", "authorization": "Bearer SIGN_ME"}
    record = emulator.invoke({"headers": headers, "body": {"request": request}})
    assert (record["kind"], record["error"]) == ("PRE_REQUEST", None)
    assert record["logs"][1] == "handling Bearer <hidden>"
    assert record["input"]["body"] == {"request": request}
    assert record["input"]["headers"]["content-length"] == str(
        len(json.dumps({"request": request}, separators=(",", ":")))
    )
    assert [change["path"] for change in record["difference"]] == [
        "/body/_name/lastName",
        "/body/removed",
        "/body/added",
    ]


@pytest.mark.slow
def test_an_operators_own_event_comes_with_a_token_that_the_platform_signed(emulator: Emulator) -> None:
    emulator.deploy(code_zip("def handler(event, context): return {'length': len(event['headers']['authorization'])}"))
    assert emulator.invoke({"headers": {"authorization": "Bearer SIGN_ME"}})["reply"]["length"] > 500
    assert emulator.invoke({"headers": {"authorization": "Bearer mine"}})["reply"]["length"] == len("Bearer mine")


@pytest.mark.slow
def test_an_operator_sends_an_event_with_headers_as_it_is(emulator: Emulator) -> None:
    """As what begins a plugin on a schedule may make it, without a function URL before the plugin."""
    emulator.deploy(ECHO)
    for event in (
        {"headers": {}, "body": {"scheduled": True}},
        {"headers": {"hooktype": "NOTIFICATION"}, "body": ["SIGN_ME"]},
    ):
        assert emulator.invoke(event, exact=True)["reply"]["event"] == event
        assert emulator.invoke(event)["reply"]["event"] != event
    assert "[exact] must be one of true, false" in emulator.call("POST", f"{INVOKE}?exact=yes", json={}).body["message"]


@pytest.mark.slow
def test_an_operator_invokes_what_fails_and_what_is_disabled(emulator: Emulator) -> None:
    emulator.deploy(code_zip("def handler(event, context): return 1 / event['by']"), enabledState="DISABLED")
    assert emulator.invoke({"by": 2})["reply"] == 0.5
    failed = emulator.invoke({"by": 0})
    assert failed["error"] == {"type": "ZeroDivisionError", "message": "division by zero", "phase": "invoke"}
    assert (failed["statusCode"], failed["reply"]) == (502, "Internal Server Error")
    assert any("ZeroDivisionError" in line for line in failed["logs"])


@pytest.mark.slow
def test_without_a_body_the_event_is_empty(emulator: Emulator) -> None:
    emulator.deploy(ECHO)
    assert emulator.call("POST", INVOKE).body["reply"]["event"] == {}


def test_what_is_no_event_or_for_no_plugin_is_refused(emulator: Emulator) -> None:
    assert emulator.call("POST", INVOKE, json={}).body["code"] == "PLUGIN_NOT_FOUND"
    with pytest.raises(CallRefused, match="Plugin-other"):
        emulator.invoke({}, "other")
    emulator.deploy(ECHO)
    for content in (b"{", b"NaN", b"[" * 200 + b"]" * 200, b"\xff"):
        reply = emulator.call("POST", INVOKE, content=content)
        assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")
    assert emulator.call("POST", INVOKE, form={"event": b"{}"}).status_code == 400
    assert emulator.call("POST", INVOKE, content=b'"' + b"x" * 7_000_000 + b'"').status_code == 413
    assert emulator.invocations() == []


def test_nobody_but_the_administrator_sends_events(emulator: Emulator) -> None:
    emulator.deploy(ECHO)
    assert Client(emulator.url).call("POST", INVOKE, json={}).status_code == 401
    plugin = emulator.platform.plugins.get("Plugin-demo")
    service = {"id": plugin.service_id, "secretKey": plugin.secret_key}
    token = Client(emulator.url).call("POST", "/ums/v2/services/accessToken", json=service).body["accessToken"]
    assert Client(emulator.url, token).call("POST", INVOKE, json={}).body["code"] == "ACCESS_DENIED"
    assert emulator.invocations() == []


def test_the_operators_side_is_for_the_operator(emulator: Emulator) -> None:
    apis = [api for api in emulator.platform.router if api.template.startswith("/_emulator/")]
    assert len(apis) > 10
    for api in apis:
        reply = Client(emulator.url).call(api.method, api.template)
        assert (reply.status_code, reply.body["code"]) == (401, "TOKEN_NOT_VALID")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/invocations?limit=0", None),
        ("GET", "/invocations?limit=x", None),
        ("PUT", "/clock", {"now": "soon"}),
        ("PUT", "/clock", {"now": 7}),
        ("PUT", "/clock", {}),
        ("PUT", "/clock", {"now": "9999-12-31T23:59:58Z"}),
        ("PUT", "/clock", {"now": "0001-01-01T00:00:00Z"}),
        ("GET", f"/invocations?limit={'1' * 5000}", None),
        ("PATCH", "/failure-policies", {"crash": "panic"}),
        ("PATCH", "/failure-policies", {"crsh": "ignore"}),
        ("POST", "/notifications/wait", {"seconds": 61}),
    ],
)
def test_what_is_not_understood_is_refused(emulator: Emulator, method: str, path: str, body: Any) -> None:
    reply = emulator.call(method, f"/_emulator{path}", json=body)
    assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")


def test_an_unknown_invocation_is_not_found(emulator: Emulator) -> None:
    assert emulator.call("GET", "/_emulator/invocations/7").status_code == 404


def test_the_clock_is_set_and_goes_on(emulator: Emulator) -> None:
    for written in ("2040-02-29T12:00:00Z", "2040-02-29T14:00:00+02:00", "2040-02-29T12:00:00"):
        assert (
            emulator.call("PUT", "/_emulator/clock", json={"now": written}).body["now"].startswith("2040-02-29T12:00:0")
        )
    made = emulator.call("POST", PATIENTS, json=ADA).body
    assert made["_creationTime"].startswith("2040-02-29T12:00:")
    assert not emulator.call("DELETE", "/_emulator/clock").body["now"].startswith("2040")


def test_a_rotated_key_leaves_the_previous_one_valid(emulator: Emulator) -> None:
    before = emulator.call("GET", "/ums/v1/security/public-key").body
    after = emulator.call("POST", "/_emulator/keys").body
    assert after["previousPublicKey"] == before["publicKey"]
    assert emulator.call("GET", "/ums/v1/security/public-key").body == after
    emulator.call("POST", "/_emulator/keys")
    assert emulator.call("GET", PATIENTS).status_code == 401


def test_the_policies_are_shown_and_changed(emulator: Emulator) -> None:
    path = "/_emulator/failure-policies"
    assert emulator.call("GET", path).body == {"crash": "fail", "timeout": "fail", "bad-reply": "fail"}
    changed = {"crash": "fail", "timeout": "ignore", "bad-reply": "fail"}
    assert emulator.call("PATCH", path, json={"timeout": "ignore"}).body == changed
    assert emulator.call("GET", path).body == changed


@pytest.mark.slow
def test_a_reset_makes_everything_new_but_the_administrator(emulator: Emulator) -> None:
    emulator.deploy(SHOUT, subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    emulator.call("POST", PATIENTS, json=SECRET)
    emulator.call("PATCH", "/_emulator/failure-policies", json={"timeout": "ignore"})
    assert emulator.call("POST", "/_emulator/reset").status_code == 204
    assert emulator.search("/settings/v2/plugins") == emulator.search(PATIENTS) == emulator.invocations() == []
    assert emulator.search("/dispatcher/v1/hooks/interceptions") == emulator.search("/ums/v2/services") == []
    assert emulator.call("GET", "/_emulator/failure-policies").body["timeout"] == "fail"
    emulator.deploy(SHOUT, subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    assert emulator.call("POST", PATIENTS, json=SECRET).body["added"] == [1]
