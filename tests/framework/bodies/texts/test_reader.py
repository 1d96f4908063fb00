"""An event is parsed as every JSON text is, and refused where none is one."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import Plugin
from biot_plugin.bodies.texts.reader import read
from biot_plugin.bodies.texts.source import Source
from biot_plugin.testing import Client, events
from biot_plugin.wire import strict_json
from tests.framework.wire.json_texts import json_texts, members

API = "POST/organization/v1/users/patients"
SPACE = " " * strict_json.LARGE


def outcome(parse: Any, text: str) -> Any:
    try:
        return repr(parse(text))
    except ValueError:
        return "refused"


def handed_out(text: str) -> Any:
    """What handlers get of an event."""
    event, source = read(text, "request")
    if isinstance(source, Source):
        for name in [*source.json]:
            source.prepare(name)
            source.replace(name)
    return event


@given(text=json_texts())
@settings(max_examples=60, deadline=None)
def test_it_reads_what_json_says(text: str) -> None:
    for event in (text, f'{{"request":{text}}}', f'{{"a":{text},"request":{{"body":{text},"b":{text}}},"c":{text}}}'):
        for padded in (event, event + SPACE):
            assert outcome(handed_out, padded) == outcome(strict_json.loads, padded)


#: What may stand before and after the part of an event: what has its name elsewhere, and what is no JSON there.
ODD_BEFORE = [
    "",
    "{",
    "{,",
    '{"a":1',
    '{"a":1,',
    '{"a":{"b":1',
    '["a"',
    '{"a":{"b":1,"request":{"c":2}}',
    '{"request":{"d":3}',
]
ODD_BEFORE += ['{"a":",\\"request\\":{"', '{"a":",', '{"a":-0', '{"a":[-0]', '{"a":1.10', '{ "a" : 1 ', '{"request":7']
ODD_AFTER = [
    "",
    "}",
    ",}",
    "}}",
    "} ",
    "}x",
    ',"b":2}',
    ',"b":-0}',
    ',"b":{"c":1,"request":{"d":2}}}',
    ' , "b" : 2 }',
    "]",
]
ODD_AFTER += [',"request":{"e":4}}', ',"request":7}', ',"b"}', ',"b":2},"c":3}', '}"}']


@given(
    before=st.sampled_from(ODD_BEFORE),
    after=st.sampled_from(ODD_AFTER),
    part=members(),
    gap=st.sampled_from([",", ", ", ""]),
    padding=st.sampled_from(["", SPACE]),
)
@settings(max_examples=400, deadline=None)
def test_the_part_is_found_wherever_it_stands(before: str, after: str, part: str, gap: str, padding: str) -> None:
    event = f'{before}{gap}"request":{part}{after}{padding}'
    assert outcome(handed_out, event) == outcome(strict_json.loads, event)


@pytest.mark.parametrize(
    "event",
    [
        '{"request":{"a":1}}',
        '{"request":{"a":1},"b":2}',
        '{"b":2,"request":{"a":1}}',
        '{"b":2,"request":{"a":1},"c":{"d":1,"request":{"e":2}}}',
        '{"b":{"c":2,"request":{"d":3}},"request":{"a":1}}',
        '{"b":2,"request":{"d":3},"request":{"a":1}}',
        '{"b":2,"request":{"d":3},"c":4,"request":{"a":1}}',
        '{ "b" : 2 , "request" : { "a" : 1 } }',
        '{"b":2,"\\u0072equest":{"a":1}}',
    ],
)
def test_the_text_of_the_part_of_a_large_event_is_remembered_wherever_it_stands(event: str) -> None:
    _, source = read(event + SPACE, "request")
    assert isinstance(source, Source)
    assert source.write(source.json) == '{"a":1}'


@given(text=json_texts(), place=st.integers(0, 200), other=st.sampled_from([*'{}[]",:0-\\ae \n\ud800', ""]))
@settings(max_examples=150, deadline=None)
def test_it_refuses_what_is_no_json(text: str, place: int, other: str) -> None:
    event = f'{{"a":1,"request":{{"body":{text},"c":"d"}},"e":[2]}}'
    place %= len(event)
    damaged = event[:place] + other + event[place + 1 :]
    for padded in (damaged, damaged + SPACE):
        assert outcome(handed_out, padded) == outcome(strict_json.loads, padded)


@pytest.mark.parametrize("space", ["", SPACE])
@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"request":{}', '{"request":{"a":1,}}', '{"request":{}}x', '{"a":NaN}']
)
def test_an_event_that_is_none_is_refused(plugin: Plugin, text: str, space: str) -> None:
    plugin.pre_request(API)(lambda _event: None)
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": space + text}))
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "NO_DATA")


def test_a_body_that_is_nested_too_deeply_is_refused(plugin: Plugin) -> None:
    plugin.pre_request(API)(lambda _event: None)
    text = f'{{"request":{{"path":"/x","body":{"[" * 100_000}{"]" * 100_000}}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": text}))
    assert reply.status_code == 400


def test_a_body_in_base64_goes_back_as_the_text_that_it_is(plugin: Plugin) -> None:
    plugin.pre_request(API)(lambda _event: None)
    request = '{"path":"/x","body":{"name":"\\u00e9 é","number":1.10}}'
    text = f'{{"apiId":"{API}","padding":"{SPACE}","request":{request}}}'
    envelope = {"body": base64.b64encode(text.encode()).decode(), "isBase64Encoded": True}
    reply = Client(plugin).send(events.pre_request(API, envelope=envelope))
    assert reply.raw["body"] == f'{{"request":{request}}}'


def test_what_cannot_be_sent_as_it_came_is_written(plugin: Plugin) -> None:
    plugin.pre_request(API)(lambda _event: None)
    body = f'{{"apiId":"{API}","padding":"{SPACE}","request":{{"path":"/x","body":{{"a":"\ud800"}}}}}}'
    reply = Client(plugin).send(events.pre_request(API, envelope={"body": body}))
    assert json.loads(reply.raw["body"]) == {"request": {"path": "/x", "body": {"a": "\ud800"}}}
    reply.raw["body"].encode()
