from __future__ import annotations

import base64
import json
from datetime import date, datetime, timezone
from random import Random
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import Plugin, PreRequest
from biot_plugin.recording.platform_answers import Answer
from biot_plugin.recording.record import write_record
from biot_plugin.recording.safe_names import SafeNames
from biot_plugin.testing import Context, default_signer, events, signed
from biot_plugin.wire.envelope import Envelope
from biot_plugin.wire.kind import Kind
from tests.framework.recording.planted import Planter, decoded

KEY = b"k" * 32
NOW = datetime(2026, 11, 27, 10, 20, 30, tzinfo=timezone.utc)
API = "PATCH/organization/v1/users/patients/{id}"
NOTHING = SafeNames()


def event_of(planter: Planter, count: int) -> dict[str, Any]:
    """An event with so many identifiers, in its body, path, query and headers."""
    id = planter.part()
    return events.pre_request(
        API,
        body={"ward": planter.tree(count)},
        path_variables={"id": id},
        query={"searchRequest": [json.dumps({"filter": {"ward": {"eq": planter.text()}}})], "mrn": [planter.text()]},
        headers={"x-patient": planter.text(), "cookie": planter.text(), "accept-language": planter.text()},
        envelope={
            "rawPath": f"/summary/{planter.part()}",
            "rawQueryString": f"ward={planter.part()}&{planter.part()}=1",
            "queryStringParameters": {"ward": planter.text()},
            "cookies": [planter.text()],
            "headers": {"x-forwarded-for": planter.text(), "referer": planter.text(), "content-type": planter.text()},
            "requestContext": {"authorizer": planter.tree(3), "http": {"userAgent": planter.text()}},
        },
    )


def answers_of(planter: Planter, count: int) -> list[Answer]:
    return [
        Answer(
            "GET",
            f"/organization/v1/users/patients/{planter.part()}",
            f"mrn={planter.part()}",
            {"answer": planter.tree(count)},
        ),
        Answer(
            "POST", "/device/v2/devices", "", {"status": 409, "answer": {"code": "CONFLICT", "message": planter.text()}}
        ),
        Answer("GET", "/file/v1/files", "", {"answer": planter.text()}),
    ]


@given(st.integers(0, 2**64))
@settings(max_examples=15, deadline=None)
def test_nothing_of_200_identifiers_is_left_wherever_they_are(seed: int) -> None:
    planter = Planter(Random(seed))
    event, answers = event_of(planter, 90), answers_of(planter, 40)
    reply = {
        "statusCode": 409,
        "headers": {"x-patient": planter.text(), "content-type": "application/json"},
        "body": json.dumps({"code": "X_Y", "message": planter.text(), "details": planter.tree(30)}),
    }
    claims = {"sub": planter.text(), "scopes": [planter.text()], "tokenType": "USER", "tenantId": planter.text()}
    while len(planter.planted) < 200:
        event["requestContext"].setdefault("more", []).append(planter.text())
    record = write_record(KEY, NOTHING, NOW, event, answers, reply=reply, claims=claims)
    text = decoded(json.dumps(record, ensure_ascii=False))
    assert len(planter.planted) >= 200
    assert [identifier for identifier in planter.planted if identifier.casefold() in text] == []


def test_a_code_stays_if_it_is_the_platforms_or_the_plugins() -> None:
    def code(text: str, *mentioned: str) -> str:
        event = events.pre_request(API, body={"code": text})
        record = write_record(KEY, SafeNames((), frozenset(mentioned)), NOW, event)
        return str(json.loads(record["event"]["body"])["request"]["body"]["code"])

    assert code("DEVICE_NOT_FOUND") == "DEVICE_NOT_FOUND"
    assert code("PATIENT_IS_A_MINOR", "PATIENT_IS_A_MINOR") == "PATIENT_IS_A_MINOR"
    assert "OBERHUBER" not in code("MARIA_OBERHUBER")


PATIENT: dict[str, Any] = {
    "_id": "5c949555-f28d-44a5-95a3-c7ad46edbd16",
    "_name": {"firstName": "Maria", "lastName": "Oberhuber"},
    "_email": "maria@example.org",
    "_dateOfBirth": "1987-03-14",
    "_template": {"id": "7f5d1c2e-0b1a-4c3d-8e6f-90a1b2c3d4e5", "name": "cardio", "displayName": "Cardiology"},
    "_gender": "FEMALE",
    "_creationTime": "2026-03-14T09:26:53.589Z",
    "_enabled": "ENABLED",
    "weight": 83.25,
    "visits": 7,
}
EVENTS = {
    "pre_request": events.pre_request(API, body=PATIENT, path_variables={"id": PATIENT["_id"]}),
    "post_request": events.post_request(API, body=PATIENT, path_variables={"id": PATIENT["_id"]}),
    "adapt_entity": events.adapt_entity("patient", entities=[PATIENT, PATIENT]),
    "notification": events.notification("patient", "_update", entity=PATIENT, old_entity=PATIENT),
    "scheduled": events.scheduled(),
    "direct": events.direct(query={"mrn": "K-117"}, body={"patient": PATIENT}),
}


def of(event: dict[str, Any], *safe: str, key: bytes = KEY, **more: Any) -> dict[str, Any]:
    return write_record(key, SafeNames(safe), NOW, event, **more)


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_stays_one_of_its_kind_and_has_the_same_members(kind: str) -> None:
    record = of(EVENTS[kind])
    before, after = Envelope(EVENTS[kind]), Envelope(record["event"])
    assert Kind.of(after.event, after.headers) is Kind.of(before.event, before.headers)
    if kind != "scheduled":
        assert shape(json.loads(after.content())) == shape(json.loads(before.content()))


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items() if name != "headers"}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("kind", ["pre_request", "notification"])
def test_the_names_of_what_happened_stay(kind: str) -> None:
    body = json.loads(of(EVENTS[kind])["event"]["body"])
    entity = body["request"]["body"] if kind == "pre_request" else body["data"]["entity"]
    assert entity["_template"]["name"] == "cardio"
    assert (entity["_gender"], entity["_enabled"]) == ("FEMALE", "ENABLED")
    if kind == "pre_request":
        assert (body["apiId"], body["method"], body["entityName"]) == (API, "PATCH", "patient")
        assert body["request"]["path"] == f"/organization/v1/users/patients/{entity['_id']}"
        assert body["request"]["pathVariables"] == [{"name": "id", "value": entity["_id"]}]
    else:
        assert body["metadata"]["actionName"] == "_update"
        assert entity == body["data"]["additionalData"]["oldEntity"]


class Name(msgspec.Struct):
    first: str = msgspec.field(name="firstName")
    last: str = msgspec.field(name="lastName")


class Patient(msgspec.Struct):
    id: UUID = msgspec.field(name="_id")
    name: Name = msgspec.field(name="_name")
    born: date = msgspec.field(name="_dateOfBirth")
    created: datetime = msgspec.field(name="_creationTime")
    weight: float
    visits: Annotated[int, msgspec.Meta(gt=0)]
    email: Annotated[str, msgspec.Meta(pattern="^[^@ ]+@[^@ ]+$")] = msgspec.field(name="_email")


def test_a_handler_with_a_model_takes_the_event() -> None:
    plugin = Plugin()
    seen: list[Patient] = []

    @plugin.pre_request(API)
    def handle(event: PreRequest[Patient]) -> None:
        seen.append(event.body)

    signer = default_signer()
    plugin.keys.use(signer.public_keys)
    reply = plugin.handler(signed(of(EVENTS["pre_request"])["event"], signer), Context())
    assert reply["statusCode"] == 200, reply
    assert seen[0].born.year in (1986, 1987)


def test_the_same_event_has_the_same_record_by_the_same_key_and_no_other_one() -> None:
    event = EVENTS["pre_request"]
    assert of(event) == of(event) != of(event, key=b"o" * 32)


def test_what_is_safe_is_recorded_as_it_is() -> None:
    body = json.loads(of(EVENTS["pre_request"], "cardio:visits", "lastName")["event"]["body"])["request"]["body"]
    assert body["visits"] == 7
    assert body["_name"]["lastName"] == "Oberhuber"
    assert body["_name"]["firstName"] != "Maria"


@pytest.mark.parametrize(
    ("content", "text"),
    [(b'{"name": "Maria"}', True), (b"name=Maria&mrn=K-117", True), (b"\xff\xd8Maria" * 1000, False)],
)
def test_a_body_in_base64_is_replaced_within(content: bytes, text: bool) -> None:
    event = events.direct() | {"isBase64Encoded": True, "body": base64.b64encode(content).decode()}
    reply = {"statusCode": 200, "isBase64Encoded": True, "body": event["body"]}
    record = of(event, reply=reply)
    replaced = base64.b64decode(record["event"]["body"])
    assert b"Maria" not in replaced
    assert len(replaced) <= 2048
    if text:
        assert b"name" in replaced
        assert record["reply"]["body"] == record["event"]["body"]


@pytest.mark.parametrize("body", ["no base64!", None, {"a": "Maria"}])
def test_what_is_said_to_be_base64_and_is_not(body: Any) -> None:
    record = of(events.direct() | {"isBase64Encoded": True, "body": body})
    assert "Maria" not in json.dumps(record)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        {"name": "Maria"},
        "Maria",
        {"statusCode": 200, "isBase64Encoded": True, "body": "no base64!"},
        {"statusCode": 200, "headers": {"x": "Maria"}, "cookies": ["Maria"], "body": "Maria"},
    ],
)
def test_any_reply_is_recorded(reply: Any) -> None:
    record = of(events.direct(), reply=reply)
    assert "Maria" not in json.dumps(record)
    assert ("reply" in record) is (reply is not None)
    if isinstance(reply, dict) and "statusCode" in reply:
        assert record["reply"]["statusCode"] == 200
        assert "cookies" not in record["reply"]


def test_facts_are_members_of_the_record() -> None:
    record = of(events.direct(), durationMs=1.5, plugin=None)
    assert record["durationMs"] == 1.5
    assert record.keys() == {"version", "recordedAt", "event", "answers", "durationMs"}
    assert record["recordedAt"] == "2026-11-27T10:20:30.000Z"


def filled(value: Any, planter: Planter, names: tuple[str, ...] = ()) -> Any:
    """The same with an identifier in place of everything, but for the names of templates, which stay as they are."""
    if isinstance(value, dict):
        return {name: filled(member, planter, (*names, name)) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(item, planter, names) for item in value]
    return value if names[-2:] == ("_template", "name") else planter.identifier()


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("seed", range(4))
def test_no_member_of_any_event_is_trusted_for_its_name(kind: str, seed: int) -> None:
    event, planter = EVENTS[kind], Planter(Random(seed))
    body = json.loads(event["body"]) if "body" in event else None
    planted = filled(event, planter)
    if body is not None:
        planted["body"] = json.dumps(filled(body, planter))
    text = decoded(json.dumps(of(planted), ensure_ascii=False))
    assert [identifier for identifier in planter.planted if identifier.casefold() in text] == []
