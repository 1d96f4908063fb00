"""A small event of which no handler gets anything is answered with the text that came, and any other anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypedDict

import pytest

from biot_plugin import AdaptEntity, Plugin, PostRequest, PreRequest
from biot_plugin.testing import Client, events

API = "POST/organization/v1/users/patients"
BODY = '{"a" : 1.10, "b":[1e5,12345678901234567890123],"c":{"d":1,"d":2}}'
RESPONSE = f'{{"httpStatusCode":"200 OK", "body":{BODY}}}'


class Model(TypedDict):
    a: float


def of_model(event: PostRequest[Model]) -> None:
    """Read the body as a model."""


def body(event: PostRequest) -> None:
    event.response.body.get("a")


def status(event: PostRequest) -> None:
    assert event.response.status_code == 200


def headers(event: PostRequest) -> None:
    event.request.headers["a"] = "b"


def other_status(event: PostRequest) -> None:
    event.response.status_code = 202


def nothing(event: PostRequest) -> None:
    """Handle an event, and get nothing of it."""


def answer(plugin: Plugin, handle: Callable[[Any], object], response: str) -> str:
    """The reply to a small event with the text of a response."""
    plugin.post_request(API)(handle)
    text = f'{{"apiId":"{API}","request":{{"path":"/x"}},"response":{response}}}'
    reply = Client(plugin).send(events.post_request(API, envelope={"body": text}))
    assert reply.status_code == 200
    return str(reply.raw["body"])


@pytest.mark.parametrize("handle", [nothing, status, headers])
def test_what_no_handler_got_is_the_very_text_that_came(plugin: Plugin, handle: Callable[[Any], object]) -> None:
    assert answer(plugin, handle, RESPONSE) == f'{{"response":{RESPONSE}}}'


@pytest.mark.parametrize(("handle", "status"), [(body, "200 OK"), (of_model, "200 OK"), (other_status, "202 ACCEPTED")])
def test_of_what_a_handler_got_no_name_is_repeated(
    plugin: Plugin, handle: Callable[[Any], object], status: str
) -> None:
    written = '{"a":1.10,"b":[1e5,12345678901234567890123],"c":{"d":2}}'
    assert answer(plugin, handle, RESPONSE) == f'{{"response":{{"httpStatusCode":"{status}","body":{written}}}}}'


@pytest.mark.parametrize("name", ["httpStatusCode", "http\\u0053tatusCode"])
def test_a_status_that_is_repeated_has_the_value_that_handlers_see(plugin: Plugin, name: str) -> None:
    response = f'{{"{name}":"403 FORBIDDEN","httpStatusCode":"200 OK","body":{{}}}}'
    assert answer(plugin, nothing, response) == '{"response":{"httpStatusCode":"200 OK","body":{}}}'


def test_the_path_variables_of_a_request_do_not_go_back(plugin: Plugin) -> None:
    def handle(event: PreRequest) -> None:
        assert event.path == "/x"

    plugin.pre_request(API)(handle)
    text = f'{{"apiId":"{API}","request":{{"path":"/x","body":{BODY},"pathVariables":[]}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": text}))
    assert json.loads(reply.raw["body"]) == {"request": {"path": "/x", "body": json.loads(BODY)}}


def test_entities_that_a_model_read_are_written_anew(plugin: Plugin) -> None:
    def handle(event: AdaptEntity[Model]) -> None:
        assert event.entities

    plugin.adapt_entity("patient")(handle)
    response = f'{{"httpStatusCode":"200 OK", "entities":[{BODY}]}}'
    text = f'{{"entityName":"patient","request":{{"path":"/x"}},"response":{response}}}'
    reply = Client(plugin).send(events.adapt_entity("patient", envelope={"body": text}))
    written = '{"a":1.10,"b":[1e5,12345678901234567890123],"c":{"d":2}}'
    assert reply.raw["body"] == f'{{"response":{{"httpStatusCode":"200 OK","entities":[{written}]}}}}'
