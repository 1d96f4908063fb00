"""What a reply says that cannot be sent: the place and the kind, and no value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, PlainSerializer

from biot_plugin import Plugin, PreRequest
from biot_plugin.testing import Client, events

API = "POST/organization/v1/users/patients"
SECRET = "Anna Smith"


def recursive() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = value
    return value


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (date(2020, 1, 1), "is a date, which JSON does not have"),
        ({SECRET}, "is a set, which JSON does not have"),
        (SECRET.encode(), "is a bytes, which JSON does not have"),
        (float("nan"), "is not a finite number"),
        ({(SECRET,): 1}, "has a name that is a tuple, not text"),
        ({float("inf"): 1}, "has a name that is not a finite number"),
        pytest.param(7**6000, "is a whole number with more digits than Python writes", id="large"),
        pytest.param(-(7**6000), "is a whole number with more digits than Python writes", id="low"),
        ({7**6000: 1}, "has a name that is a whole number with more digits than Python writes"),
    ],
)
def test_the_place_and_the_kind_are_named(
    plugin: Plugin, log: Callable[[], list[dict[str, Any]]], value: Any, problem: str
) -> None:
    @plugin.pre_request(API)
    def breaks(event: PreRequest) -> None:
        event.body["list"] = [1, {"odd": value}]

    reply = Client(plugin).pre_request(API)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert reply.error.message.endswith(f"breaks cannot be sent: request.body.list[1].odd {problem}")
    assert SECRET not in str(reply.raw) + str(log())


def test_a_value_that_contains_itself_is_named(plugin: Plugin) -> None:
    plugin.pre_request(API)(lambda event: event.body.update(recursive()))
    error = Client(plugin).pre_request(API).error
    assert error is not None
    assert error.message.endswith("contains itself, or is nested too deeply")


class Reluctant(dict[str, Any]):
    """What libraries have that load values when they are read."""

    def items(self) -> Any:
        raise ValueError("the connection is closed")


def test_a_value_that_cannot_be_read_is_explained_in_the_log(
    plugin: Plugin, log: Callable[[], list[dict[str, Any]]]
) -> None:
    plugin.pre_request(API)(lambda event: event.body.update(late=Reluctant(name=SECRET)))
    reply = Client(plugin).pre_request(API)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert reply.error.message.endswith("it cannot be converted to JSON (ValueError); the plugin's log says why")
    (record,) = log()
    assert record["cause"] == "the connection is closed"
    assert SECRET not in str(reply.raw) + str(record)


@pytest.mark.parametrize("envelope", [{"body": "plain text"}, {"body": "no base64", "isBase64Encoded": True}, {}])
def test_what_a_caller_sent_is_not_blamed_for_what_the_author_returned(
    plugin: Plugin, envelope: dict[str, Any]
) -> None:
    plugin.endpoint()(lambda event: {"born": date(2020, 1, 1)})
    reply = Client(plugin).send({**events.direct("POST"), **envelope})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert reply.error.message.endswith("cannot be sent: born is a date, which JSON does not have")


@pytest.mark.parametrize(
    "result", [{"statusCode": "200"}, {"statusCode": True}, {"statusCode": 99}, {"statusCode": 600}]
)
def test_an_incomplete_reply_is_explained(plugin: Plugin, result: dict[str, Any]) -> None:
    plugin.endpoint()(lambda event: result)
    error = Client(plugin).direct().error
    assert error is not None
    assert error.message.endswith("a reply needs a number from 100 to 599 as statusCode and a dict as headers")


class Failing(BaseModel):
    name: Annotated[str, PlainSerializer(lambda value: {}[value])] = ""


def test_what_a_library_says_of_a_value_stays_inside(plugin: Plugin) -> None:
    def change(event: PreRequest[Failing]) -> None:
        event.body.name = SECRET

    change.__annotations__ = {"event": PreRequest[Failing]}
    plugin.pre_request(API)(change)
    reply = Client(plugin).pre_request(API)
    assert reply.status_code == 500
    assert SECRET not in str(reply.raw)


@pytest.mark.parametrize("depth", [*range(850, 1000, 7), 5000])
def test_what_nobody_could_send_back_is_not_the_authors_fault(plugin: Plugin, depth: int) -> None:
    plugin.pre_request(API)(lambda event: None)
    plugin.endpoint()(lambda event: event.json)
    client = Client(plugin)
    nested = "[" * depth + "1.10" + "]" * depth
    body = f'{{"apiId":"{API}","request":{{"path":"/x","body":{{"a":{nested}}}}}}}'
    reply = client.send(events.pre_request(API, envelope={"body": body}))
    direct = client.direct("POST", body=nested)
    for status, text in ((reply.status_code, reply.raw["body"]), (direct.status_code, direct.raw["body"])):
        assert (status, nested in text) in [(200, True), (400, False)]


def test_long_names_are_not_repeated_for_each_member_below_them(plugin: Plugin) -> None:
    """With the whole path of each, a terabyte would be copied."""
    body = {"n" * 1_000_000: {"n" * 1_000_000: dict.fromkeys(map(str, range(100_000)), 1)}}

    @plugin.pre_request(API)
    def breaks(event: PreRequest) -> None:
        event.body["odd"] = date(2020, 1, 1)

    error = Client(plugin).pre_request(API, body=body).error
    assert error is not None
    assert error.message.endswith("request.body.odd is a date, which JSON does not have")
