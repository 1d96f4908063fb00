"""Whatever a handler does, an event is answered as if its text were forgotten, and what it did not get as it came."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock, patch

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_plugin import AdaptEntity, Plugin, PostRequest, PreRequest
from biot_plugin.bodies.texts.reader import read
from biot_plugin.events import parsing
from biot_plugin.testing import Client, Context, events, signed
from biot_plugin.wire import strict_json
from tests.framework.wire.json_texts import ODD_NUMBERS, json_texts, members

API = "POST/organization/v1/users/patients"
LARGE = f'"padding":"{"x" * strict_json.LARGE}"'
#: Large, and read with the floats that Python has, as most of its own are usual.
FLOATS = f'"padding":[{",".join(["1.5"] * (strict_json.LARGE // 3))}]'
SMALL = '"padding":""'

Step = Callable[[Any, Any], object]
kept: list[Any] = []


def containers(value: Any) -> list[Any]:
    """The lists and dicts in a value, the outermost first."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, (dict, list)) else []
    return own + [each for element in inner for each in containers(element)]


def put(container: Any, value: Any) -> None:
    """Put a value into a container, in the place of its first element if it has one."""
    if isinstance(container, list):
        container[:1] = [value]
    else:
        container[next(iter(container), "new")] = value


def drop(container: Any) -> None:
    """Remove the last element of a container."""
    if container:
        container.pop() if isinstance(container, list) else container.popitem()


def reverse(container: Any) -> None:
    """Bring the elements of a container into the opposite order."""
    if isinstance(container, list):
        container.reverse()
    else:
        elements = [*container.items()][::-1]
        container.clear()
        container.update(elements)


def twice(container: Any, other: Any) -> None:
    """Put one object into two places, and change it in one of them."""
    shared = {"shared": [1]}
    put(container, shared)
    put(other, shared)
    shared["shared"].append(2)


def keep(container: Any) -> None:
    """Change what an earlier event left behind, and leave this one behind."""
    for value in kept:
        put(value, "late")
    kept[:] = [container]


STEPS: dict[str, Step] = {
    "nothing": lambda _one, _other: None,
    "replace": lambda one, _other: put(one, {"a": 1.5}),
    "number": lambda one, _other: put(one, 1.10),
    "drop": lambda one, _other: drop(one),
    "reverse": lambda one, _other: reverse(one),
    "move": put,
    "twice": twice,
    "cycle": lambda one, _other: put(one, one),
    "unwritable": lambda one, _other: put(one, {1, 2}),
    "infinity": lambda one, _other: put(one, float("inf")),
    "surrogate": lambda one, _other: put(one, "\ud800"),
    "keep": lambda one, _other: keep(one),
}


class Handlers:
    """A plugin whose handlers do what a test says."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.steps: list[tuple[str, int, int]] = []
        plugin = Plugin()
        plugin.pre_request(API)(self.pre_request)
        plugin.post_request(API)(self.post_request)
        plugin.adapt_entity("patient")(self.adapt_entity)
        self.client = Client(plugin)

    def pre_request(self, event: PreRequest) -> None:
        self.change(event, {"body": lambda: event.body})
        if "path" in self.parts:
            event.path = "/organization/v1/elsewhere"
        if "replace" in self.parts:
            event.body = {"new": [1.0]}

    def post_request(self, event: PostRequest) -> None:
        self.change(event, {"body": lambda: event.response.body})
        if "status" in self.parts:
            event.response.status_code = 202

    def adapt_entity(self, event: AdaptEntity) -> Any:
        self.change(event, {"body": lambda: event.entities})
        return [*event.entities][::-1] if "replace" in self.parts else None

    def change(self, event: Any, more: dict[str, Callable[[], Any]]) -> None:
        request = event.request
        read = {"headers": lambda: request.headers, "query": lambda: request.query_parameters, **more}
        values = [read[part]() for part in self.parts if part in read]
        found = [container for value in values for container in containers(value)]
        for name, one, other in self.steps if found else ():
            STEPS[name](found[one % len(found)], found[other % len(found)])


@pytest.fixture(scope="module")
def handlers() -> Handlers:
    return Handlers()


def meaning(reply: Any) -> Any:
    """What a reply says: the order of its names and the texts of its numbers, but not their escapes."""
    raw = reply.raw
    if raw["statusCode"] != 200:
        return raw["statusCode"], json.loads(raw["body"])["code"], json.loads(raw["body"])["message"]
    raw["body"].encode()
    return 200, json.dumps(json.loads(raw["body"], parse_float="float {}".format, parse_int="int {}".format))


def forget(text: str, _part: str) -> tuple[Any, None]:
    """Parse an event, and forget its text."""
    return strict_json.loads(text), None


quiet = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
parts = st.lists(st.sampled_from(["headers", "query", "body", "path", "status", "replace"]), max_size=3)
steps = st.lists(st.tuples(st.sampled_from([*STEPS]), st.integers(0, 9), st.integers(0, 9)), max_size=4)


@given(
    body=json_texts(),
    other=members(),
    entities=st.lists(members(), max_size=4),
    parts=parts,
    steps=steps,
    large=st.sampled_from([LARGE, FLOATS]),
)
@quiet
def test_an_event_is_answered_as_if_its_text_were_forgotten(
    handlers: Handlers,
    body: str,
    other: str,
    entities: list[str],
    parts: list[str],
    steps: list[tuple[str, int, int]],
    large: str,
) -> None:
    handlers.parts, handlers.steps = parts, steps
    head = f'"apiId":"{API}","entityName":"patient"'
    request = f'"request":{{"path":"/organization/v1/users/patients","headers":{other},"body":{body},"other":{body}}}'
    response = f'"response":{{"httpStatusCode":"200 OK","body":{body},"entities":[{",".join(entities)}],"x":{other}}}'
    for create, hook in ((events.pre_request, API), (events.post_request, API), (events.adapt_entity, "patient")):
        replies = []
        for padding, reader in ((SMALL, forget), (SMALL, read), (large, read)):
            kept.clear()
            text = f"{{{head},{request},{padding},{response}}}"
            with patch.object(parsing, "_reader", lambda reader=reader: reader):
                replies.append(handlers.client.send(create(hook, envelope={"body": text})))
        assert len({meaning(reply) for reply in replies}) == 1


@pytest.mark.parametrize("padding", [SMALL, LARGE, FLOATS])
@pytest.mark.parametrize("body", ODD_NUMBERS)
def test_a_body_may_be_a_number_alone(handlers: Handlers, body: str, padding: str) -> None:
    handlers.parts, handlers.steps = ["body"], []
    text = f'{{"apiId":"{API}",{padding},"request":{{"path":"/x","body":{body}}}}}'
    reply = handlers.client.send(events.pre_request(API, envelope={"body": text}))
    assert reply.raw["body"] == f'{{"request":{{"path":"/x","body":{body}}}}}'


# An integer with thousands of digits is written anew, as no int can be made of it.
@given(
    value=json_texts(surrogates=False).filter(lambda text: "9" * 4300 not in text),
    space=st.sampled_from(["", " ", "\n\t"]),
    after=st.sampled_from(["", ',"after":[-0]']),
)
@quiet
def test_what_no_handler_got_is_the_very_text_that_came(handlers: Handlers, value: str, space: str, after: str) -> None:
    handlers.parts, handlers.steps = ["headers"], []
    request = f'"headers":{{}},"path":"/x",{space}"body"{space}:{space}{value}{space},"more":{value}'
    text = f'{space}{{"apiId":"{API}",{LARGE},"request":{space}{{{request}}}{space}{after}}}{space}'
    reply = handlers.client.send(events.pre_request(API, envelope={"body": text}))
    assert reply.raw["body"] == f'{{"request":{{"headers":{{}},"path":"/x","body":{value},"more":{value}}}}}'


@pytest.mark.parametrize("padding", [SMALL, LARGE])
@pytest.mark.parametrize("part", ["request", "padding"])
def test_of_a_name_that_is_repeated_the_last_value_counts(handlers: Handlers, part: str, padding: str) -> None:
    handlers.parts, handlers.steps = [], []
    first = '"request":{"path":"/first","body":{"a":1}}' if part == "request" else '"request":7'
    request = '"request":{"path":"/x","body":{"a":1},"path":"/y","body":{"b":2}}'
    text = f'{{"apiId":"{API}",{padding},{first},{request}}}'
    reply = handlers.client.send(events.pre_request(API, envelope={"body": text}))
    assert reply.raw["body"] == '{"request":{"path":"/y","body":{"b":2}}}'


@pytest.mark.parametrize("padding", [SMALL, LARGE])
def test_a_name_that_is_repeated_has_the_value_that_the_handler_saw(handlers: Handlers, padding: str) -> None:
    handlers.parts, handlers.steps = ["body"], []
    text = f'{{"apiId":"{API}",{padding},"request":{{"path":"/x","body":{{"role":"admin","role":"user"}}}}}}'
    reply = handlers.client.send(events.pre_request(API, envelope={"body": text}))
    assert reply.raw["body"] == '{"request":{"path":"/x","body":{"role":"user"}}}'


def test_a_body_that_no_handler_got_is_parsed_once_and_not_written(
    handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers.parts, handlers.steps = ["headers"], []
    body = {"text": "x" * 2 * strict_json.LARGE, "floats": [1.5] * 5000}
    event = signed(events.pre_request(API, body=body), handlers.client.signer)
    loads, dumps = Mock(side_effect=strict_json.loads), Mock(side_effect=strict_json.dumps)
    monkeypatch.setattr(strict_json, "loads", loads)
    monkeypatch.setattr(strict_json, "dumps", dumps)
    reply = handlers.client._plugin.handler(event, Context())
    assert json.loads(reply["body"])["request"]["body"] == body
    assert max(len(repr(call.args)) for call in (*loads.call_args_list, *dumps.call_args_list)) < 2000
