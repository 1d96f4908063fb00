"""Events of the real flow have the shape of those that the platform sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from biot_emulator.event_kind import event_body
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, SHARED, code_zip, interception

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"the platform's own events are not at {SHARED}"),
]

#: Gives the event that it got, so that it is seen before anything is taken out of it.
ECHO = """
    import json
    def handler(event, context):
        print(json.dumps(event))
        part = json.loads(event.get("body", "{}"))
        name = "request" if event["headers"]["hooktype"] == "INTERCEPTOR_PRE" else "response"
        return {name: part.get(name)}
"""
SCHEMAS = {
    "PRE_REQUEST": "PreInterceptorRequest",
    "POST_REQUEST": "PostInterceptorRequest",
    "ADAPT_ENTITY": "PostEntityInterceptorRequest",
}
#: Some platforms send them, some do not.
OPTIONAL = {"accept-encoding"}
OPAQUE = {
    "body.request.body",
    "body.request.headers",
    "body.response.body",
    "body.data.entity",
    "body.data.additionalData.oldEntity",
}


def sent(emulator: Emulator, kind: str) -> dict[str, Any]:
    record = next(one for one in emulator.invocations() if one["kind"] == kind)
    event: dict[str, Any] = json.loads(record["logs"][0])
    return event


def shared(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SHARED / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def shape(event: dict[str, Any]) -> list[str]:
    """Name every key of an event but those of the entities and bodies in it, which are anybody's."""
    outside = {name: value for name, value in event.items() if name != "body"}
    return sorted([*keys(outside, ""), *keys(event_body(event), "body")])


def keys(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict) and path not in OPAQUE:
        for name, inner in value.items():
            if name not in OPTIONAL:
                yield f"{path}.{name}"
                yield from keys(inner, f"{path}.{name}")


def call_everything(emulator: Emulator) -> None:
    create = f"POST{PATIENTS}"
    hooks = [
        interception("PRE_REQUEST", create),
        interception("POST_REQUEST", create),
        interception("ADAPT_ENTITY", "patient"),
    ]
    told = [{"entityTypeName": "patient", "actionName": "_update"}]
    emulator.deploy(code_zip(ECHO), subscriptions={"interceptions": hooks, "notifications": told})
    made = emulator.call("POST", PATIENTS, json=ADA, headers={"accept-language": "en-us"})
    assert made.status_code == 201, made.body
    emulator.call("PATCH", f"{PATIENTS}/{made.body['_id']}", json={"mrn": "7"})
    assert emulator.wait_for_notifications()


def test_hooks_have_the_platforms_keys_and_no_others(emulator: Emulator) -> None:
    call_everything(emulator)
    for kind, name in (
        ("PRE_REQUEST", "pre_request_create_patient"),
        ("POST_REQUEST", "post_request_create_patient"),
        ("ADAPT_ENTITY", "adapt_entity_get_patient"),
        ("NOTIFICATION", "notification_patient_update"),
    ):
        assert shape(sent(emulator, kind)) == shape(shared(name)), kind


def test_interceptors_are_told_what_the_published_schema_says(emulator: Emulator) -> None:
    description = json.loads((SHARED / "platform-api" / "interceptor-events-2.3.3.json").read_text(encoding="utf-8"))
    call_everything(emulator)
    for kind, schema in SCHEMAS.items():
        reference = {"$ref": f"#/components/schemas/{schema}", "components": description["components"]}
        jsonschema_rs.validate(reference, event_body(sent(emulator, kind)))


def test_a_schedule_has_the_schedulers_keys_and_no_others(emulator: Emulator) -> None:
    emulator.deploy(code_zip("def handler(event, context): pass"), cronSchedule="0 0 1 1 ? 2040")
    assert emulator.fire_schedule()["input"].keys() == shared("scheduled").keys()
