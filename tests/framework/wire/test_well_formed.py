from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import DirectCall, Plugin, PreRequest, Reject
from biot_plugin.testing import Client, Context, events
from biot_plugin.wire.well_formed import well_formed

API = "POST/organization/v1/users/patients"
text = st.text(st.one_of(st.characters(), st.characters(categories=["Cs"])), max_size=8)
quiet = settings(max_examples=100, deadline=None)


def check(reply: dict[str, Any]) -> None:
    """Every text of a reply can be encoded, as Lambda's runtime client does."""

    def texts(value: Any) -> Any:
        if isinstance(value, dict):
            for name, member in value.items():
                yield from (name, *texts(member))
        elif isinstance(value, list):
            for element in value:
                yield from texts(element)
        elif isinstance(value, str):
            yield value

    for part in texts(reply):
        part.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("é😀", "é😀"), ("\ud83d\ude00", "😀"), ("a\ud800b", "a\ufffdb"), ("\udc00\ud800", "\ufffd\ufffd")],
)
def test_pairs_are_joined_and_lone_surrogates_replaced(before: str, after: str) -> None:
    assert well_formed(before) == after


def results(value: str) -> list[Any]:
    return [
        value,
        {value: value, "list": [value]},
        {"statusCode": 200, "body": value},
        {"statusCode": 200, "body": {value: value}},
        {"statusCode": 200, "headers": {value: value}, "cookies": [value], "body": "x", value: {value: [value]}},
    ]


@given(value=text, which=st.integers(0, 4))
@quiet
def test_whatever_an_endpoint_returns_can_be_sent(value: str, which: int) -> None:
    plugin = Plugin()
    plugin.endpoint()(lambda event: results(value)[which])
    reply = Client(plugin).direct()
    check(dict(reply.raw))
    assert reply.status_code == 200


@given(value=text)
@quiet
def test_whatever_an_error_says_can_be_sent(value: str) -> None:
    plugin = Plugin()

    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise Reject(403, value, value, **{value: value, "more": {value: [value]}})

    reply = Client(plugin).pre_request(API)
    check(dict(reply.raw))
    assert reply.error is not None
    assert (reply.status_code, reply.error.message) == (403, well_formed(value))


@given(value=text)
@quiet
def test_whatever_a_caller_sends_can_be_sent_back(value: str) -> None:
    plugin = Plugin()

    @plugin.endpoint(public=True)
    def echo(event: DirectCall) -> str:
        return f"{event.path}{event.headers.get('x')}{''.join(event.query.values())}{event.raw.get('body')}"

    event = events.direct(
        "POST", token=None, envelope={"rawPath": value, "rawQueryString": value, "body": value, "headers": {"x": value}}
    )
    check(plugin.handler(event, Context()))


def test_a_reply_to_a_hook_keeps_what_came(plugin: Plugin) -> None:
    plugin.pre_request(API)(lambda event: None)
    reply = Client(plugin).pre_request(API, body={"a": "\ud800"})
    check(dict(reply.raw))
    assert reply.request.body == {"a": "\ud800"}


def test_a_plugin_whose_name_is_not_text_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_APP_NAME", "caf\udce9")
    check(Plugin().handler({}, Context()))
