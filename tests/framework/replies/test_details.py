from __future__ import annotations

import dataclasses
import decimal
import enum
import json
import math
import pathlib
import uuid
from collections import OrderedDict, UserDict, deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from pydantic import BaseModel, Field

from biot_plugin import DirectCall, Plugin, PreRequest, Reject
from biot_plugin.testing import Client, events

API = "POST/organization/v1/users/patients"
ID = "5f0f5ac1-74cb-4b0c-9b9e-0a3f3d6f4f10"


class Color(enum.Enum):
    RED = "red"
    DATED = date(2020, 1, 1)


class Level(enum.IntEnum):
    HIGH = 3


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError


@dataclasses.dataclass
class Data:
    born: date
    color: Color = Color.RED


class Struct(msgspec.Struct):
    born: date


class Model(BaseModel):
    born: date = Field(alias="_born")


class Pair(NamedTuple):
    left: int
    right: date


class Raises:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


def send(**details: Any) -> Any:
    plugin = Plugin()

    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise Reject(403, "A", "b", **details)

    reply = Client(plugin).pre_request(API)
    reply.raw["body"].encode()
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (403, "A")
    return reply.error.details


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2020, 1, 1), "2020-01-01"),
        (datetime(2020, 1, 1, 2, 3, tzinfo=timezone.utc), "2020-01-01T02:03:00+00:00"),
        (time(2, 3), "02:03:00"),
        (uuid.UUID(ID), ID),
        (decimal.Decimal("1.50"), 1.5),
        (decimal.Decimal("100"), 100),
        (Color.RED, "red"),
        (Color.DATED, "2020-01-01"),
        (Level.HIGH, 3),
        (pathlib.PurePosixPath("/a"), "/a"),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset(("b", "a")), ["a", "b"]),
        (deque((1, 2)), [1, 2]),
        (range(3), [0, 1, 2]),
        ({"a": 1}.keys(), ["a"]),
        (Pair(1, date(2020, 1, 1)), [1, "2020-01-01"]),
        (OrderedDict(a=1), {"a": 1}),
        (UserDict(a=1), {"a": 1}),
        (Data(date(2020, 1, 1)), {"born": "2020-01-01", "color": "red"}),
        (Struct(date(2020, 1, 1)), {"born": "2020-01-01"}),
        (Model(_born=date(2020, 1, 1)), {"_born": "2020-01-01"}),
        ([{"deep": (date(2020, 1, 1),)}], [{"deep": ["2020-01-01"]}]),
        ({1: "a", None: "b", 1.5: "d", "1": "e"}, {"1": "a", "None": "b", "1.5": "d", "1 4": "e"}),
        ({Color.RED: 1, "red": 2}, {"red": 1, "red 2": 2}),
        ("\ud800", "\ufffd"),
        pytest.param(Text("text"), "text", id="text that raises"),
        (None, None),
        (True, True),
    ],
)
def test_a_value_with_an_obvious_form_in_json_has_it(value: Any, written: Any) -> None:
    assert send(value=value, ok=1) == {"value": written, "ok": 1}


def recursive() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep() -> Any:
    value: Any = 1
    for _ in range(10_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (object(), "object"),
        (b"bytes", "bytes"),
        (timedelta(1), "timedelta"),
        (math.nan, "float"),
        (math.inf, "float"),
        (decimal.Decimal("NaN"), "Decimal"),
        (1 + 2j, "complex"),
        pytest.param(10**5000, "int", id="a long number"),
        pytest.param("x" * 200_000, "str", id="a long text"),
        (ValueError("secret"), "ValueError"),
        (Data, "type"),
        pytest.param(Raises(), "Raises", id="an object that raises"),
        (iter([1]), "list_iterator"),
        pytest.param([0] * 20_000, "list", id="a long list"),
        pytest.param(dict.fromkeys(range(20_000)), "dict", id="a long dict"),
    ],
)
def test_any_other_value_costs_itself_alone_and_visibly(
    log: Callable[[], list[dict[str, Any]]], value: Any, type: str
) -> None:
    assert send(value=value, born=date(2020, 1, 1), ok=1) == {"value": f"[{type}]", "born": "2020-01-01", "ok": 1}
    messages = [record["message"] for record in log()]
    assert any(f"value ({type})" in message for message in messages)
    assert "secret" not in str(messages)


@pytest.mark.parametrize("make", [recursive, deep])
def test_a_value_without_end_is_cut_off(make: Callable[[], Any]) -> None:
    details = send(value=make(), ok=1)
    assert details["ok"] == 1
    assert len(json.dumps(details)) < 1000


def test_a_part_that_cannot_be_written_does_not_cost_the_rest(log: Callable[[], list[dict[str, Any]]]) -> None:
    details = send(outer={"inner": [1, object(), 2], (1, 2): 3, (4, 5): 6}, ok=1)
    assert details == {"outer": {"inner": [1, "[object]", 2], "[tuple]": 3, "[tuple] 3": 6}, "ok": 1}
    assert "outer.inner[1] (object)" in log()[-1]["message"]


def test_too_many_details_cost_the_details() -> None:
    assert send(**{f"n{index}": 1 for index in range(20_000)}) == {}


def test_direct_replies_have_them_too(plugin: Plugin) -> None:
    @plugin.endpoint()
    def stops(event: DirectCall) -> None:
        raise Reject(409, "A", "b", born=date(2020, 1, 1), odd=object())

    error = Client(plugin).direct().error
    assert error is not None
    assert error.details == {"born": "2020-01-01", "odd": "[object]"}


def test_a_number_of_the_event_can_be_a_detail(plugin: Plugin) -> None:
    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise Reject(403, "A", "b", number=event.body["number"], other=decimal.Decimal("0.1234567890123456789"))

    body = f'{{"apiId":"{API}","request":{{"path":"/x","body":{{"number":1e400}}}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": body}))
    assert '"details":{"number":1e400,"other":0.1234567890123456789}' in reply.raw["body"]


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters()),
        st.binary(),
        st.dates(),
        st.datetimes(),
        st.uuids(),
        st.decimals(),
        st.complex_numbers(),
        st.builds(object),
    ),
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.tuples(st.integers())), inner),
    ),
    max_leaves=10,
)


@given(details=st.dictionaries(st.text(max_size=5), anything, max_size=5))
@settings(max_examples=100, deadline=None)
def test_no_detail_takes_another_with_it(details: dict[str, Any]) -> None:
    details.pop("last", None)
    sent = send(**details, last=1)
    assert sent["last"] == 1
    assert len(sent) == len(details) + 1


def test_long_names_are_not_repeated_for_each_detail_below_them(
    plugin: Plugin, log: Callable[[], list[dict[str, Any]]]
) -> None:
    name = "n" * 1_000_000

    def handler(event: DirectCall) -> None:
        raise Reject(400, "NO", "No", **{name: {str(number): object() for number in range(9_000)}, "last": 1})

    plugin.endpoint()(handler)
    error = Client(plugin).direct().error
    assert error is not None
    assert error.details["last"] == 1
    assert len(log()[-1]["message"]) < 5_000
