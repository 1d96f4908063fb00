from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest

from biot_plugin import AdaptEntity, Initiator, Plugin, PostRequest, PreRequest
from biot_plugin.testing import Client, events

PATIENTS = "POST/organization/v1/users/patients"


PATIENT = "GET/organization/v1/users/patients/{id}"


def test_a_pre_request_handler_sees_the_call(plugin: Plugin) -> None:
    seen: list[Any] = []

    @plugin.pre_request(PATIENT)
    def look(event: PreRequest) -> None:
        seen.extend((event.api_id, event.method, event.entity_name, event.path, event.path_variables))
        seen.extend((event.query_parameters, event.headers["accept-language"], event.initiator, event.trace_id))
        seen.extend((event.claims["scopes"], event.context.function_name))

    reply = Client(plugin).pre_request(PATIENT, path_variables={"id": "7"}, query={"a": ["1", "2"]})
    assert reply.status_code == 200
    assert seen == [
        PATIENT,
        "GET",
        "patient",
        "/organization/v1/users/patients/7",
        {"id": "7"},
        {"a": ["1", "2"]},
        "en-us",
        Initiator("3e256d8d-e5e2-42bf-a091-1e6b4afef2fb", "00000000-0000-0000-0000-000000000000", "USER"),
        "4bf92f3577b34da6a3ce929d0e0e4736",
        ["PLUGIN_INTERCEPTOR"],
        "Plugin-test",
    ]


def test_a_call_is_changed_in_place(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def change(event: PreRequest) -> None:
        event.body["mrn"] = event.body["mrn"].strip()
        event.path = "/organization/v1/users/patients/templates/adult"
        event.query_parameters["x"] = ["1"]
        event.headers["accept"] = "text/plain"

    request = Client(plugin).pre_request(PATIENTS, body={"mrn": " 7 ", "more": None}).request
    assert request.body == {"mrn": "7", "more": None}
    assert request.path == "/organization/v1/users/patients/templates/adult"
    assert request.query_parameters == {"x": ["1"]}
    assert request.headers["accept"] == "text/plain"


def test_parts_of_a_call_can_be_replaced_whole(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def replace(event: PreRequest) -> None:
        event.request.query_parameters = {"x": ["1"]}
        event.request.headers = {"accept": "text/plain"}

    request = Client(plugin).pre_request(PATIENTS).request
    assert request.query_parameters == {"x": ["1"]}
    assert request.headers == {"accept": "text/plain"}


@pytest.mark.parametrize("new", [{"a": 1}, {}])
def test_a_returned_body_replaces_the_request_body(plugin: Plugin, new: dict[str, Any]) -> None:
    plugin.pre_request(PATIENTS)(lambda event: new)
    assert Client(plugin).pre_request(PATIENTS, body={"mrn": "7"}).request.body == new


def test_an_assigned_body_replaces_the_request_body(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def assign(event: PreRequest) -> None:
        event.body = {"new": True}

    assert Client(plugin).pre_request(PATIENTS, body={"mrn": "7"}).request.body == {"new": True}


def test_an_absent_part_reads_as_empty_and_stays_absent(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def read(event: PreRequest) -> None:
        assert event.body == {}
        assert event.query_parameters == {}
        assert event.path_variables == {}

    fields = {"request": {"body": None, "queryParameters": None}}
    reply = Client(plugin).pre_request(PATIENTS, fields=fields)
    assert reply.body["request"]["body"] is None
    assert reply.body["request"]["queryParameters"] is None


def test_what_is_put_into_an_absent_part_is_sent(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def add(event: PreRequest) -> None:
        event.body["new"] = 1

    assert Client(plugin).pre_request(PATIENTS, body=None).request.body == {"new": 1}


def test_a_post_request_handler_changes_the_response(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def hide(event: PostRequest) -> None:
        assert event.request.body == {"asked": True}
        assert event.response.status_code == 201
        event.response.body.pop("_username", None)

    reply = Client(plugin).post_request(
        PATIENTS, body={"_id": "7", "_username": "ada"}, status="201 CREATED", request_body={"asked": True}
    )
    assert reply.response.body == {"_id": "7"}
    assert reply.response.status == "201 CREATED"


def test_a_returned_body_replaces_the_response_body(plugin: Plugin) -> None:
    plugin.post_request(PATIENTS)(lambda event: {"a": 1})
    assert Client(plugin).post_request(PATIENTS, body={"b": 2}).response.body == {"a": 1}


def test_an_adapt_entity_handler_changes_the_entities(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def age(event: AdaptEntity) -> None:
        for patient in event.entities:
            patient["age"] = 40
        event.entities.append({"_id": "3"})

    entities = Client(plugin).adapt_entity("patient", entities=[{"_id": "1"}, {"_id": "2"}]).response.entities
    assert entities == [{"_id": "1", "age": 40}, {"_id": "2", "age": 40}, {"_id": "3"}]


def test_returned_and_assigned_entities_replace_the_list(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def keep_one(event: AdaptEntity) -> list[Any]:
        return event.entities[:1]

    @plugin.adapt_entity("device")
    def clear(event: AdaptEntity) -> None:
        event.entities = []

    client = Client(plugin)
    assert client.adapt_entity("patient", entities=[{"_id": "1"}, {"_id": "2"}]).response.entities == [{"_id": "1"}]
    assert client.adapt_entity("device", entities=[{"_id": "1"}]).response.entities == []


@pytest.mark.parametrize("result", [1, "text", ["list"], True, (1, 2), object()])
def test_anything_else_that_is_returned_is_an_error_that_names_the_function(plugin: Plugin, result: Any) -> None:
    @plugin.pre_request(PATIENTS)
    def wrong(event: PreRequest) -> Any:
        return result

    reply = Client(plugin).pre_request(PATIENTS, body={})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert f"wrong returned a {type(result).__name__}" in reply.error.message
    assert "None or the new request body" in reply.error.message


@pytest.mark.parametrize("left", [object(), {1, 2}, b"bytes", float("nan"), {(1, 2): 3}])
def test_what_cannot_be_written_as_json_is_an_error_that_names_the_function(plugin: Plugin, left: Any) -> None:
    @plugin.post_request(PATIENTS)
    def leaves(event: PostRequest) -> None:
        event.response.body["x"] = left

    reply = Client(plugin).post_request(PATIENTS, body={})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert reply.error.message.startswith("The reply of ")
    assert "leaves cannot be sent: " in reply.error.message


def test_what_nests_too_deeply_is_an_error(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def leaves(event: PostRequest) -> None:
        for _ in range(100_000):
            event.response.body = {"x": event.response.body}

    reply = Client(plugin).post_request(PATIENTS, body={})
    assert reply.error is not None
    assert "nested too deeply" in reply.error.message


def test_what_contains_itself_is_an_error(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def leaves(event: PostRequest) -> None:
        event.response.body["x"] = event.response.body

    assert Client(plugin).post_request(PATIENTS, body={}).status_code == 500


SPECIAL: dict[str, Any] = {
    "backslash": "C:\\temp\\x",
    "quotes": "\"'",
    "unicode": "é中\U0001f9ec",
    "surrogate": "\ud800",
    "control": "\u0000\u001f",
    "empty": [{}, [], "", None],
    "numbers": [0, -1, 1.5, 1e300, 12345678901234567890],
    "nested": {"a": {"b": [{"c": None}]}},
}


def test_what_is_not_touched_goes_back_as_it_came(plugin: Plugin) -> None:
    plugin.pre_request(PATIENTS)(lambda event: None)
    plugin.post_request(PATIENTS)(lambda event: None)
    plugin.adapt_entity("patient")(lambda event: None)
    client = Client(plugin)
    extra = {"request": {"extra": SPECIAL}}
    assert client.pre_request(PATIENTS, body=SPECIAL, fields=extra).body["request"]["extra"] == SPECIAL
    assert client.pre_request(PATIENTS, body=SPECIAL).request.body == SPECIAL
    assert client.post_request(PATIENTS, body=SPECIAL).response.body == SPECIAL
    assert client.adapt_entity("patient", entities=[SPECIAL]).response.entities == [SPECIAL]


def test_path_variables_are_no_part_of_the_reply(plugin: Plugin) -> None:
    plugin.pre_request(PATIENT)(lambda event: None)
    assert "pathVariables" not in Client(plugin).pre_request(PATIENT, path_variables={"id": "7"}).body["request"]


def test_a_response_without_a_status_is_not_the_platforms(plugin: Plugin) -> None:
    plugin.post_request(PATIENTS)(lambda event: None)
    event = events.post_request(PATIENTS, body={})
    body = json.loads(event["body"])
    del body["response"]["httpStatusCode"]
    reply = Client(plugin).send(event | {"body": json.dumps(body)})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "NO_DATA")


class Member(dict[str, Any]):
    """A member that a handler puts into an event; a plain dict cannot tell when it is freed."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("size", [1, 10_000])
def test_an_event_is_freed_when_it_is_over(plugin: Plugin, size: int) -> None:
    """Without a search for garbage: it may take a good part of the memory, and the next one comes."""
    left: list[weakref.ref[Member]] = []

    def put(json: dict[str, Any]) -> None:
        json["member"] = member = Member()
        left.append(weakref.ref(member))

    plugin.pre_request(PATIENTS)(lambda event: put(event.body))
    plugin.post_request(PATIENTS)(lambda event: put(event.response.body))
    plugin.adapt_entity("patient")(lambda event: put(event.entities[0]))
    plugin.notification("patient", "_create")(lambda event: put(event.entity))
    client, body = Client(plugin), {"text": "x" * size}
    gc.disable()
    try:
        client.pre_request(PATIENTS, body=body)
        client.post_request(PATIENTS, body=body)
        client.adapt_entity("patient", entities=[body])
        client.notification("patient", "_create", entity=body)
        assert [reference() for reference in left] == [None] * 4
    finally:
        gc.enable()
