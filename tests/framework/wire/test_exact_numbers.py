"""A number that no handler touched leaves as the text that it came as."""

from __future__ import annotations

import copy
import json
import math
import threading
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import AdaptEntity, DirectCall, Notification, Plugin, PostRequest, PreRequest
from biot_plugin.testing import Client, Context, events
from biot_plugin.wire import exact_numbers

API = "POST/organization/v1/users/patients"

ODD = [
    "1e400",
    "-1e400",
    "0.1234567890123456789",
    "1.10",
    "1E5",
    "1e5",
    "-0.0",
    "-0",
    "1.0e0",
    "1.23456789E7",
    "1e-400",
    "0.0000001",
    "100000000000000000000000.0",
    "123456789012345678901234567890",
    "9" * 5000,
    "-" + "9" * 5000,
]
numbers = st.one_of(
    st.sampled_from(ODD),
    st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
)


def request_text(number: str, touched: str = "1") -> str:
    return (
        f'{{"path":"/organization/v1/users/patients","queryParameters":{{"q":[{number}]}},"headers":{{}},'
        f'"body":{{"number":{number},"list":[{number},{{"deep":{number}}}],"touched":{touched}}}}}'
    )


@pytest.fixture(scope="module")
def client() -> Client:
    plugin = Plugin()

    @plugin.pre_request(API)
    def change(event: PreRequest) -> None:
        event.body["touched"] = 2

    @plugin.post_request(API)
    def remove(event: PostRequest) -> None:
        del event.response.body["list"][0]

    @plugin.adapt_entity("patient")
    def reverse(event: AdaptEntity) -> None:
        event.entities.reverse()

    @plugin.endpoint()
    def echo(event: DirectCall) -> Any:
        return event.json

    return Client(plugin)


quiet = settings(max_examples=150, deadline=None)


@given(number=numbers)
@quiet
def test_a_number_leaves_as_it_came(client: Client, number: str) -> None:
    event = events.pre_request(API, envelope={"body": f'{{"apiId":"{API}","request":{request_text(number)}}}'})
    reply = client.send(event)
    assert reply.raw["body"] == f'{{"request":{request_text(number, "2")}}}'


@given(number=numbers, other=numbers)
@quiet
def test_it_does_wherever_it_is_moved(client: Client, number: str, other: str) -> None:
    request = request_text("1")
    body = f'{{"list":[{number},{other},{number}]}}'
    event = f'{{"apiId":"{API}","request":{request},"response":{{"body":{body},"httpStatusCode":"200 OK"}}}}'
    reply = client.send(events.post_request(API, envelope={"body": event}))
    assert f'"list":[{other},{number}]' in reply.raw["body"]

    entities = f'[{{"a":{number}}},{{"a":{other}}}]'
    event = (
        f'{{"entityName":"patient","request":{request},"response":{{"entities":{entities},"httpStatusCode":"200 OK"}}}}'
    )
    reply = client.send(events.adapt_entity("patient", envelope={"body": event}))
    assert f'"entities":[{{"a":{other}}},{{"a":{number}}}]' in reply.raw["body"]


@given(number=numbers)
@quiet
def test_a_direct_call_can_be_echoed(client: Client, number: str) -> None:
    assert client.direct("POST", body=f"[{number}]").raw["body"] == f"[{number}]"


def test_a_handler_reads_a_number_that_it_can_calculate_with(plugin: Plugin) -> None:
    seen: list[Any] = []

    @plugin.notification("patient", "_create")
    def look(event: Notification) -> None:
        seen.extend(event.entity["numbers"])

    numbers = f"[1.10,1e400,-0,{'9' * 5000}]"
    body = events.notification("patient", "_create")["body"].replace('"entity":{}', f'"entity":{{"numbers":{numbers}}}')
    assert Client(plugin).send(events.notification("patient", "_create", envelope={"body": body})).status_code == 200
    assert seen == [1.1, math.inf, 0, math.inf]
    assert {type(number) for number in seen} == {float}
    assert seen[0] * 2 == 2.2


def test_what_is_calculated_is_written_as_what_it_is(plugin: Plugin) -> None:
    @plugin.pre_request(API)
    def calculate(event: PreRequest) -> None:
        event.body["double"] = event.body["number"] * 2
        event.body["copy"] = copy.deepcopy(event.body["number"])
        event.body["again"] = json.loads("1.10")

    body = f'{{"apiId":"{API}","request":{{"path":"/x","body":{{"number":1.10}}}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": body}))
    assert reply.raw["body"].endswith('{"number":1.10,"double":2.2,"copy":1.10,"again":1.1}}}')


@pytest.mark.parametrize("number", ["1e400", "NaN"])
def test_infinity_of_the_authors_making_is_an_error_of_the_author(plugin: Plugin, number: str) -> None:
    @plugin.pre_request(API)
    def divide(event: PreRequest) -> None:
        event.body["rate"] = float("inf") if number == "1e400" else float("nan")

    body = f'{{"apiId":"{API}","request":{{"path":"/x","body":{{"number":1e400}}}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": body}))
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")
    assert reply.error.message.endswith("cannot be sent: request.body.rate is not a finite number")


def test_no_text_of_a_caller_is_taken_for_a_number(plugin: Plugin) -> None:
    @plugin.pre_request(API)
    def echo(event: PreRequest) -> None: ...

    texts = '["00","0","1.10","' + "0" * 32 + '0"]'
    body = f'{{"apiId":"{API}","request":{{"path":"/x","body":{{"a":1.10,"b":{texts}}}}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": body}))
    assert reply.raw["body"].endswith(f'{{"a":1.10,"b":{texts}}}}}}}')


def test_numbers_are_forgotten_with_their_event(client: Client) -> None:
    client.direct("POST", body="[1.10,1e400]")
    assert not exact_numbers._remembered


def test_an_event_keeps_its_numbers_while_another_ends(plugin: Plugin) -> None:
    inside, finished = threading.Event(), threading.Event()

    @plugin.endpoint()
    def echo(event: DirectCall) -> Any:
        json = event.json
        if event.path == "/slow":
            inside.set()
            assert finished.wait(10)
        return json

    client = Client(plugin)
    replies: list[Any] = []
    slow = threading.Thread(target=lambda: replies.append(client.direct("POST", "/slow", body="[1.10]")))
    slow.start()
    assert inside.wait(10)
    assert plugin.handler(events.direct(token=None), Context())["statusCode"] == 401
    client.direct("POST", body="[2.20]")
    finished.set()
    slow.join()
    assert replies[0].raw["body"] == "[1.10]"


def test_numbers_are_forgotten_though_some_event_is_always_in_progress(plugin: Plugin) -> None:
    """Events that overlap in a chain: the next one begins before the last one ends."""
    gates = [threading.Event() for _ in range(20)]
    begun = [threading.Event() for _ in range(20)]
    sizes: list[int] = []

    @plugin.endpoint()
    def echo(event: DirectCall) -> Any:
        number, json = int(event.path.strip("/")), event.json
        begun[number].set()
        assert gates[number].wait(20)
        return json

    client = Client(plugin)
    replies: list[Any] = []

    def call(number: int) -> None:
        replies.append(client.direct("POST", f"/{number}", body="[1.10,2.20,3.30]").raw["body"])

    threads = [threading.Thread(target=call, args=(number,)) for number in range(20)]
    threads[0].start()
    for number in range(1, 20):
        assert begun[number - 1].wait(20)
        threads[number].start()
        assert begun[number].wait(20)
        gates[number - 1].set()
        threads[number - 1].join()
        sizes.append(len(exact_numbers._remembered))
    gates[19].set()
    threads[19].join()
    assert replies == ["[1.10,2.20,3.30]"] * 20
    assert max(sizes) <= 6
    assert not exact_numbers._remembered
    assert not exact_numbers._order
