from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from biot_plugin import DirectCall, Notification, Plugin, PreRequest, Recording, Reject, Scheduled
from biot_plugin.recording import sampling
from biot_plugin.testing import Client, Context, FakeApi, default_signer, events, signed
from tests.framework.recording.conftest import Records

API = "POST/organization/v1/users/patients"
BODY = {
    "_name": {"firstName": "Maria", "lastName": "Oberhuber"},
    "mrn": " K-117 ",
    "_id": "5c949555-f28d-44a5-95a3-c7ad46edbd16",
}


def plugin_with(record: Any = 1, handler: Callable[[PreRequest], object] = lambda event: None) -> Plugin:
    plugin = Plugin(record=record)

    @plugin.pre_request(API)
    def handle(event: PreRequest) -> None:
        handler(event)

    return plugin


def test_an_event_is_recorded_with_its_reply_and_stand_ins_for_everybody(records: Records) -> None:
    def trim(event: PreRequest) -> None:
        event.body["mrn"] = event.body["mrn"].strip()
        event.raw["headers"]["hooktype"] = "changed"

    reply = Client(plugin_with(1, trim)).pre_request(API, body=BODY)
    (record,) = records()
    body, replied = json.loads(record["event"]["body"]), json.loads(record["reply"]["body"])
    assert reply.body["request"]["body"]["mrn"] == "K-117"
    assert record["version"] == 1
    assert record["event"]["headers"]["hooktype"] == "INTERCEPTOR_PRE"
    assert body["request"]["body"]["mrn"].strip() == replied["request"]["body"]["mrn"]
    assert body["apiId"] == API
    assert record["claims"]["scopes"] == ["PLUGIN_INTERCEPTOR"]
    assert record["durationMs"] > 0
    assert record["plugin"] == {"name": "Plugin-test", "version": "$LATEST"}
    text = json.dumps(record)
    assert not [word for word in ("Maria", "Oberhuber", "K-117", "5c949555") if word in text]


def test_without_a_share_nothing_is_recorded(records: Records) -> None:
    for share in (None, 0, Recording(0)):
        Client(plugin_with(share)).pre_request(API, body=BODY)
    assert records() == []


def test_the_variable_turns_it_on_and_off(monkeypatch: pytest.MonkeyPatch, records: Records) -> None:
    monkeypatch.setenv("PLUGIN_RECORD", "1")
    Client(plugin_with(None)).pre_request(API, body=BODY)
    assert len(records()) == 1
    monkeypatch.setenv("PLUGIN_RECORD", "0")
    Client(plugin_with(1)).pre_request(API, body=BODY)
    assert records() == []


def test_a_share_of_the_events_is_recorded(records: Records) -> None:
    client = Client(plugin_with(0.5))
    for _ in range(60):
        client.pre_request(API, body=BODY)
    assert 5 < len(records()) < 55


def test_with_a_key_the_stand_ins_are_the_same_in_all_containers(
    monkeypatch: pytest.MonkeyPatch, records: Records
) -> None:
    for key in ("a key of sixteen or more", "a key of sixteen or more", ""):
        monkeypatch.setenv("PLUGIN_RECORD_KEY", key)
        Client(plugin_with(1)).pre_request(API, body=BODY)
    names = [json.loads(record["event"]["body"])["request"]["body"]["_name"] for record in records()]
    assert names[0] == names[1] != names[2]


def test_the_answers_of_the_platform_are_recorded_from_all_threads(records: Records) -> None:
    def call(event: PreRequest) -> None:
        # Nothing of the event is looked at before the threads begin.
        with ThreadPoolExecutor(2) as pool:
            pool.submit(lambda: event.biot.get("/device/v2/devices/pump-7")).result()
        thread = threading.Thread(target=lambda: event.biot.get("/device/v2/devices/pump-8"))
        thread.start()
        thread.join()
        list(event.biot.search("/device/v2/devices", filter={"mrn": "K-117"}))

    api = FakeApi()
    api.get("/device/v2/devices/{id}", answer={"_patient": {"id": BODY["_id"]}})
    api.search("/device/v2/devices", [])
    Client(plugin_with(1, call), api=api).pre_request(API, body=BODY)
    (record,) = records()
    body = json.loads(record["event"]["body"])["request"]["body"]
    answers = [record["answers"][call] for call in record["calls"]]
    assert [call.partition("?")[0].rpartition("/")[0] for call in record["calls"]] == [
        "GET /device/v2/devices", "GET /device/v2/devices", "GET /device/v2",
    ]  # fmt: skip
    assert answers[0] == answers[1] == [{"answer": {"_patient": {"id": body["_id"]}}}]
    assert body["mrn"].strip() in record["calls"][2]


def test_what_stops_a_call_is_recorded(records: Records) -> None:
    def stop(event: PreRequest) -> None:
        raise Reject(403, "PATIENT_NOT_VALID", "Maria Oberhuber is 17", age=17)

    Client(plugin_with(1, stop)).pre_request(API, body=BODY)
    (record,) = records()
    error = json.loads(record["reply"]["body"])
    assert record["reply"]["statusCode"] == 403
    assert error["code"] == "PATIENT_NOT_VALID"
    assert "Maria" not in error["message"]


def test_events_of_callers_who_are_not_verified_are_not_recorded(records: Records) -> None:
    event = events.pre_request(API, body=BODY)
    plugin = plugin_with(1)
    plugin.keys.use(default_signer().public_keys)
    assert plugin.handler(event, Context())["statusCode"] == 400
    assert plugin.handler("no event", Context())["statusCode"] == 400
    assert records() == []


def test_an_event_that_is_no_json_is_handled_and_not_recorded(records: Records) -> None:
    plugin = plugin_with(1)
    plugin.keys.use(default_signer().public_keys)
    event = signed(events.pre_request(API, body=BODY), default_signer())
    assert plugin.handler({**event, "more": {1, 2}}, Context())["statusCode"] == 200
    assert records() == []
    plugin.handler(event, Context())
    assert [record["dropped"] for record in records()] == [{"not JSON": 1}]
    plugin.handler(event, Context())
    assert "dropped" not in records()[0]


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("body", "seconds", "reason"),
    [
        ({"note": "x" * 600_000}, 60.0, "too large"),
        ({"note": "Maria " * 4000}, 0.05, "no time"),
        ({"note": nested(150)}, 60.0, "TooDeep"),
        ({"note": "x"}, 60.0, "too large"),
    ],
)
def test_what_costs_too_much_is_dropped_and_counted(
    body: dict[str, Any], seconds: float, reason: str, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = plugin_with(1)
    plugin.keys.use(default_signer().public_keys)
    if body == {"note": "x"}:
        monkeypatch.setattr("biot_plugin.recording.log_lines._MAX_LINES", 0)
    event = signed(events.pre_request(API, body=body), default_signer())
    assert plugin.handler(event, Context(timeout=seconds))["statusCode"] == 200
    assert records() == []
    monkeypatch.setattr("biot_plugin.recording.log_lines._MAX_LINES", 5)
    plugin.handler(signed(events.pre_request(API, body=BODY), default_signer()), Context())
    assert [record["dropped"] for record in records()] == [{reason: 1}]


def test_a_log_that_cannot_be_written_costs_no_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = plugin_with(1)
    plugin.keys.use(default_signer().public_keys)

    class Closed:
        def write(self, text: str) -> None:
            raise OSError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert plugin.handler(signed(events.pre_request(API, body=BODY), default_signer()), Context())["statusCode"] == 200


def test_nothing_of_an_event_is_left_in_the_plugin() -> None:
    plugin = plugin_with(1)
    Client(plugin).pre_request(API, body=BODY)
    dispatcher: Any = plugin._dispatcher
    assert isinstance(dispatcher, sampling.SamplingDispatcher)
    assert dispatcher._claims == {}
    assert dispatcher._recorded_platform._answers == {}


def test_every_kind_is_recorded(records: Records) -> None:
    plugin = Plugin(record=1)

    @plugin.notification("patient", "_update")
    def updated(event: Notification) -> None: ...

    @plugin.scheduled("0 0 * * ? *")
    def nightly(event: Scheduled) -> None: ...

    @plugin.endpoint(public=True)
    def report(event: DirectCall) -> dict[str, Any]:
        return {"name": "Maria Oberhuber"}

    client = Client(plugin)
    client.notification("patient", "_update", entity=BODY)
    client.scheduled()
    client.direct(query={"name": "Maria"})
    notification, scheduled, direct = records()
    assert json.loads(notification["event"]["body"])["jwt"] == "SIGN_ME"
    assert scheduled["event"]["source"] == "aws.events"
    assert scheduled["event"]["detail-type"] == "Scheduled Event"
    assert "claims" not in scheduled
    assert "Maria" not in json.dumps(direct)
