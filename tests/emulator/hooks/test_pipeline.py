"""The real flow: a caller's request through plugins that intercept it, to the API and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.made_templates import attribute, make_template

pytestmark = pytest.mark.slow

CREATE = f"POST{PATIENTS}"

#: Does what the request's attribute `do` says, where it is told the kind of hook; and leaves its name everywhere.
TRAIL = code_zip("""
    import json, os, time

    def handler(event, context):
        name, kind = os.environ["NAME"], event["headers"]["hooktype"]
        body = json.loads(event["body"])
        if kind == "INTERCEPTOR_PRE":
            part = body["request"]
            things = [part["body"]]
        else:
            part = body["response"]
            things = part["entities"] if kind == "INTERCEPTOR_POST_ENTITY" else [part["body"]]
        mark = {"INTERCEPTOR_PRE": "<", "INTERCEPTOR_POST": ">"}.get(kind, "*")
        for thing in things:
            thing["trail"] = thing.get("trail", "") + name + mark
            thing["last"] = name
        return {"request" if kind == "INTERCEPTOR_PRE" else "response": part}
""")


def replying(code: str) -> bytes:
    """A plugin whose reply is what `code` makes of `body`, the event's body."""
    return code_zip(f"""
        import json, os, time
        def handler(event, context):
            body = json.loads(event["body"])
            {code}
    """)


def create(emulator: Client, **attributes: Any) -> Reply:
    return emulator.call("POST", PATIENTS, json={**ADA, **attributes})


def deploy(emulator: Emulator, name: str, code: bytes, *interceptions: dict[str, Any], **config: Any) -> dict[str, Any]:
    subscriptions = {"interceptions": list(interceptions)}
    variables = {"NAME": name}
    return emulator.deploy(code, name, subscriptions=subscriptions, environmentVariables=variables, **config)


def test_five_interceptions_with_clashing_orders_over_three_plugins(emulator: Emulator) -> None:
    deploy(emulator, "a", TRAIL, interception("PRE_REQUEST", CREATE, 1), interception("POST_REQUEST", CREATE, 9))
    deploy(emulator, "b", TRAIL, interception("PRE_REQUEST", CREATE, 1), interception("ADAPT_ENTITY", "patient", 7))
    deploy(emulator, "c", TRAIL, interception("PRE_REQUEST", CREATE, 2))

    # b took the first place from a, c the second one: a has moved twice.
    reply = create(emulator)
    assert (reply.status_code, reply.body["trail"]) == (201, "b<c<a<b*a>")
    # ADAPT_ENTITY and POST_REQUEST both wrote it, and POST_REQUEST is the last one.
    assert reply.body["last"] == "a"
    assert [(one["plugin"], one["kind"]) for one in emulator.invocations()] == [
        ("Plugin-b", "PRE_REQUEST"),
        ("Plugin-c", "PRE_REQUEST"),
        ("Plugin-a", "PRE_REQUEST"),
        ("Plugin-b", "ADAPT_ENTITY"),
        ("Plugin-a", "POST_REQUEST"),
    ]
    # What came before the API is kept, and what came after it is only shown; reading it is adapted, not intercepted.
    emulator.call("DELETE", "/_emulator/invocations")
    read = emulator.call("GET", f"{PATIENTS}/{reply.body['_id']}").body
    assert (read["trail"], read["last"]) == ("b<c<a<b*", "b")
    assert [one["kind"] for one in emulator.invocations()] == ["ADAPT_ENTITY"]


def test_a_plugin_that_blocks_leaves_everything_as_it_was(emulator: Emulator) -> None:
    refusal = {"code": "PATIENT_IS_A_MINOR", "message": "no", "details": {"age": 7}}
    code = replying(f"return {{'statusCode': 422, 'headers': {{'x': 'y'}}, 'body': json.dumps({refusal!r})}}")
    deploy(emulator, "first", TRAIL, interception("PRE_REQUEST", CREATE, 1))
    deploy(emulator, "guard", code, interception("PRE_REQUEST", CREATE, 2))
    deploy(emulator, "later", TRAIL, interception("PRE_REQUEST", CREATE, 3), interception("POST_REQUEST", CREATE))
    emulator.deploy(
        TRAIL, "told", subscriptions={"notifications": [{"entityTypeName": "patient", "actionName": "_create"}]}
    )

    reply = create(emulator)
    assert (reply.status_code, reply.body) == (422, refusal)
    assert emulator.search(PATIENTS) == []
    assert emulator.wait_for_notifications()
    assert [one["plugin"] for one in emulator.invocations()] == ["Plugin-first", "Plugin-guard"]


def test_a_refusal_that_is_no_json_is_relayed_as_it_is(emulator: Emulator) -> None:
    code = replying("return {'statusCode': 418, 'headers': {'Content-Type': 'text/plain'}, 'body': 'short and stout'}")
    deploy(emulator, "teapot", code, interception("POST_REQUEST", CREATE))
    reply = create(emulator)
    assert (reply.status_code, reply.body, reply.headers["content-type"]) == (418, "short and stout", "text/plain")
    # The API had done its work before the plugin was asked.
    assert len(emulator.search(PATIENTS)) == 1


def test_what_an_interceptor_is_told(emulator: Emulator) -> None:
    deploy(emulator, "demo", replying("return {'request': body['request']}"), interception("PRE_REQUEST", CREATE))
    trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    reply = emulator.call(
        "POST", f"{PATIENTS}?a=1&a=2", json=ADA, headers={"traceparent": trace, "accept-language": "de"}
    )
    assert reply.status_code == 201
    [invocation] = emulator.invocations("demo")
    headers, body = invocation["input"]["headers"], invocation["input"]["body"]
    assert headers["hooktype"] == "INTERCEPTOR_PRE"
    assert headers["traceparent"] == trace
    assert headers["accept-language"] == "de"
    assert invocation["traceId"] == "0123456789abcdef0123456789abcdef"
    assert body["initiatorData"]["tokenType"] == "USER"
    assert (body["method"], body["entityName"], body["apiId"]) == ("POST", "patient", CREATE)
    assert body["request"]["body"] == ADA
    assert body["request"]["queryParameters"] == {"a": ["1", "2"]}
    assert body["request"]["pathVariables"] == []
    assert invocation["difference"] == []
    # Neither the platform's token nor the caller's is kept.
    assert "eyJ" not in json.dumps(invocation)


def test_a_request_is_changed_and_rerouted(emulator: Emulator) -> None:
    grace, ada = create(emulator, mrn="g").body, create(emulator, mrn="a").body
    code = replying(f"""
            request = body["request"]
            if instead := request["queryParameters"].pop("instead", None):
                request["path"] = "{PATIENTS}/" + instead[0]
            if request["path"].endswith("/nowhere"):
                request["path"] = "/organization/v7/nowhere"
            if request["path"].endswith("/search"):
                request["path"] = "{PATIENTS}"
                request["queryParameters"] = {{"searchRequest": [json.dumps({{"filter": {{"mrn": {{"eq": "a"}}}}}})]}}
            if request["path"].endswith("/device"):
                request["path"] = "/device/v2/devices"
            return {{"request": request}}""")
    deploy(emulator, "demo", code, interception("PRE_REQUEST", f"GET{PATIENTS}/{{id}}"))
    path = f"{PATIENTS}/{grace['_id']}"
    assert emulator.call("GET", path).body["mrn"] == "g"
    assert emulator.call("GET", f"{path}?instead={ada['_id']}").body["mrn"] == "a"
    found = emulator.call("GET", f"{PATIENTS}/search")
    assert [one["mrn"] for one in found.body["data"]] == ["a"]
    for astray, reason in (("nowhere", "leads nowhere"), ("device", "another service")):
        reply = emulator.call("GET", f"{PATIENTS}/{astray}")
        assert (reply.status_code, reply.body["code"]) == (502, "BAD_GATEWAY")
        assert reason in reply.body["message"]


def test_after_a_reroute_the_new_api_answers_to_its_own_interceptors(emulator: Emulator) -> None:
    ada = create(emulator).body
    code = replying(f"body['request']['path'] = '{PATIENTS}/{ada['_id']}'; return {{'request': body['request']}}")
    self_api = f"GET{PATIENTS}/self"
    deploy(emulator, "reroute", code, interception("PRE_REQUEST", self_api, 1))
    deploy(emulator, "old", TRAIL, interception("POST_REQUEST", self_api))
    deploy(emulator, "new", TRAIL, interception("POST_REQUEST", f"GET{PATIENTS}/{{id}}"))
    assert emulator.call("GET", f"{PATIENTS}/self").body["trail"] == "new>"


def test_the_status_and_the_entities_are_changed(emulator: Emulator) -> None:
    for number in range(3):
        create(emulator, number=number)
    search = f"GET{PATIENTS}"
    code = replying("""
            response = body["response"]
            if "entities" in response:
                entities = [one for one in response["entities"] if one["number"] != 1]
                return {"response": {**response, "entities": entities}}
            response["body"]["metadata"]["seen"] = response["httpStatusCode"]
            return {"response": {**response, "httpStatusCode": "206 PARTIAL_CONTENT"}}""")
    deploy(emulator, "demo", code, interception("ADAPT_ENTITY", "patient"), interception("POST_REQUEST", search))
    reply = emulator.call("GET", PATIENTS)
    assert (reply.status_code, [one["number"] for one in reply.body["data"]]) == (206, [2, 0])
    assert reply.body["metadata"]["seen"] == "200 OK"


@pytest.mark.parametrize("name", ["OK", "200", "202 ACCEPTED", "ACCEPTED"])
def test_a_status_is_understood_however_it_is_written(emulator: Emulator, name: str) -> None:
    code = replying(f"return {{'response': {{'httpStatusCode': {name!r}}}}}")
    deploy(emulator, "demo", code, interception("POST_REQUEST", CREATE))
    assert create(emulator).status_code == (202 if "ACCEPTED" in name else 200)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("raise ValueError('personal')", "crash"),
        ("os._exit(3)", "crash"),
        ("time.sleep(30)", "timeout"),
        ("return {}", "bad-reply"),
        ("return None", "bad-reply"),
        ("return {'request': {}}", "bad-reply"),
        ("return {'request': {'path': 7}}", "bad-reply"),
        ("return {'request': {'path': '/', 'headers': {'a': 1}}}", "bad-reply"),
        ("return {'request': {'path': '/', 'queryParameters': {'a': 'b'}}}", "bad-reply"),
        ("return {'statusCode': 200, 'body': 'nothing'}", "bad-reply"),
        ("return {'statusCode': 9999}", "bad-reply"),
        ("return {1, 2}", "bad-reply"),
        ("return 'x' * 7_000_000", "bad-reply"),
    ],
)
def test_a_plugin_that_fails_fails_the_call_unless_told_otherwise(emulator: Emulator, code: str, failure: str) -> None:
    deploy(
        emulator, "demo", replying(code), interception("PRE_REQUEST", CREATE), timeout=1 if failure == "timeout" else 20
    )
    reply = create(emulator)
    assert (reply.status_code, reply.body["code"]) == (502, "BAD_GATEWAY")
    assert reply.body["details"] == {"failure": failure}
    assert "personal" not in json.dumps(reply.body)
    assert emulator.search(PATIENTS) == []

    for other in {"crash", "timeout", "bad-reply"} - {failure}:
        emulator.call("PATCH", "/_emulator/failure-policies", json={other: "ignore"})
    assert create(emulator).status_code == 502
    emulator.call("PATCH", "/_emulator/failure-policies", json={failure: "ignore"})
    assert create(emulator).status_code == 201


@pytest.mark.parametrize(
    "code",
    [
        "return {'request': body['request']}",
        "return {'response': {}}",
        "return {'response': {'httpStatusCode': 'FINE'}}",
        "return {'response': {'httpStatusCode': 'CONTINUE'}}",
        "return {'response': {'httpStatusCode': '100 CONTINUE'}}",
        "return {'response': {'httpStatusCode': '999 FOO'}}",
        "return {'response': {'httpStatusCode': True}}",
        "return {'response': {'httpStatusCode': '200 OK', 'entities': 7}}",
        "return {'response': {'httpStatusCode': '200 OK', 'entities': []}}",
    ],
)
def test_a_reply_that_does_not_fit_adapts_nothing(emulator: Emulator, code: str) -> None:
    deploy(emulator, "demo", replying(code), interception("ADAPT_ENTITY", "patient"))
    assert create(emulator).body["details"] == {"failure": "bad-reply"}


def test_an_interception_for_one_template_leaves_the_others_alone(emulator: Emulator) -> None:
    caregivers = "/organization/v1/users/caregivers/templates"
    for template in ("nurse", "doctor"):
        make_template(emulator, "caregiver", template, attribute("trail", "LABEL"), attribute("last", "LABEL"))
    deploy(emulator, "nurses", TRAIL, interception("PRE_REQUEST", f"POST{caregivers}/nurse"))
    assert emulator.call("POST", f"{caregivers}/nurse", json=ADA).body["trail"] == "nurses<"
    assert emulator.call("POST", f"{caregivers}/doctor", json=ADA).body["trail"] is None


def test_a_disabled_plugin_is_passed_by(emulator: Emulator) -> None:
    deploy(emulator, "demo", TRAIL, interception("PRE_REQUEST", CREATE), enabledState="DISABLED")
    assert "trail" not in create(emulator).body
    form = {"config": b'{"enabledState": "ENABLED"}'}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    assert create(emulator).body["trail"] == "demo<"


def test_calls_of_plugins_pass_by_other_plugins_unless_they_ask_for_them(emulator: Emulator) -> None:
    deploy(emulator, "demo", TRAIL, interception("PRE_REQUEST", CREATE))
    [service] = emulator.search("/ums/v2/services")
    key = emulator.call("POST", f"/ums/v2/services/{service['id']}/secret-keys").body["secretKey"]
    credentials = {"id": service["id"], "secretKey": key}
    token = emulator.call("POST", "/ums/v2/services/accessToken", json=credentials).body["accessToken"]
    as_plugin = Client(emulator.url, token)
    assert "trail" not in create(as_plugin).body
    reply = as_plugin.call("POST", PATIENTS, json=ADA, headers={"allow-interception": "1"})
    assert reply.body["trail"] == "demo<"


def test_a_plugin_that_is_deleted_before_its_turn_is_passed_by(emulator: Emulator) -> None:
    code = replying("""
            import urllib.request
            path, headers = "/settings/v2/plugins/Plugin-second", {"authorization": "Bearer " + os.environ["TOKEN"]}
            request = urllib.request.Request(os.environ["BIOT_BASE_URL"] + path, headers=headers, method="DELETE")
            urllib.request.urlopen(request).close()
            return {"request": body["request"]}""")
    hooks = {"interceptions": [interception("PRE_REQUEST", CREATE, 1)]}
    emulator.deploy(code, "first", subscriptions=hooks, environmentVariables={"TOKEN": emulator.token})
    deploy(emulator, "second", TRAIL, interception("PRE_REQUEST", CREATE, 2))
    deploy(emulator, "third", TRAIL, interception("PRE_REQUEST", CREATE, 3))
    reply = create(emulator)
    assert (reply.status_code, reply.body.get("trail")) == (201, "third<")
