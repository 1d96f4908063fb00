# pyright: reportInvalidTypeForm=false
# The models are parameters of the tests here, which type checkers cannot follow.
from __future__ import annotations

from typing import Any

import msgspec
import pytest

from biot_plugin import Plugin, PostRequest, PreRequest
from biot_plugin.testing import Client
from tests.framework.bodies.patients import (
    BODY,
    PATIENTS,
    PydanticPatient,
    StructPatient,
)


@pytest.mark.parametrize("model", [PydanticPatient, StructPatient])
def test_an_untouched_body_goes_back_exactly_as_it_came(plugin: Plugin, model: Any) -> None:
    @plugin.pre_request(PATIENTS)
    def look(event: PreRequest[model]) -> None:
        assert event.body.tags == []

    assert Client(plugin).pre_request(PATIENTS, body=BODY).request.body == BODY


@pytest.mark.parametrize("model", [PydanticPatient, StructPatient])
def test_a_default_that_the_model_fills_in_is_no_change(plugin: Plugin, model: Any) -> None:
    @plugin.pre_request(PATIENTS)
    def look(event: PreRequest[model]) -> None:
        assert event.body.tags == []

    @plugin.post_request(PATIENTS)
    def change(event: PostRequest[model]) -> None:
        event.response.body.tags.append("new")

    body = {"mrn": "7", "_name": {"firstName": "Ada"}}
    client = Client(plugin)
    assert client.pre_request(PATIENTS, body=body).request.body == body
    assert client.post_request(PATIENTS, body=body).response.body == {**body, "tags": ["new"]}


class Line(msgspec.Struct):
    code: str
    amount: int = 0


class Order(msgspec.Struct):
    lines: list[Line]
    flag: bool | int = False


def test_elements_of_lists_keep_what_the_model_does_not_name(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def change(event: PreRequest[Order]) -> None:
        del event.body.lines[0]
        event.body.lines.append(Line("c", 3))
        event.body.lines.append(Line("d", 4))

    @plugin.post_request(PATIENTS)
    def change_in_place(event: PostRequest[Order]) -> None:
        event.response.body.lines[0].amount = 9
        event.response.body.flag = True

    body = {"lines": [{"code": "a", "x": 1}, {"code": "b", "x": 2}], "flag": 1}
    client = Client(plugin)
    assert client.pre_request(PATIENTS, body=body).request.body["lines"] == [
        {"code": "b", "x": 2},
        {"code": "c", "amount": 3},
        {"code": "d", "amount": 4},
    ]
    changed = client.post_request(PATIENTS, body=body).response.body
    assert changed["lines"] == [{"code": "a", "x": 1, "amount": 9}, {"code": "b", "x": 2}]
    assert changed["flag"] is True


class OptionalRecordNumber(msgspec.Struct, omit_defaults=True):
    mrn: str | None = None


def test_a_named_field_can_be_removed(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def forget(event: PostRequest[OptionalRecordNumber]) -> None:
        event.response.body.mrn = None

    assert Client(plugin).post_request(PATIENTS, body={"mrn": "7", "x": 1}).response.body == {"x": 1}
