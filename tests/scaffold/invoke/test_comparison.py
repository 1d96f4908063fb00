from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator import Invocation, respond
from biot_plugin_cli.invoke.comparison import Comparison, json_text
from biot_plugin_cli.terminal.redaction import Secrets

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def invocation(reply: Any) -> Invocation:
    return Invocation(reply, respond(reply), None, 1.0, None, 1, [], cold=False)


def exchange(received: Any, returned: Any) -> Comparison:
    body = json.dumps({"apiId": "GET/a", "request": received})
    return Comparison.of({"headers": {"hooktype": "INTERCEPTOR_PRE"}, "body": body}, invocation({"request": returned}))


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(json_values, json_values)
def test_there_is_a_difference_exactly_where_json_differs(one: Any, other: Any) -> None:
    for received, returned in ((one, other), (one, json.loads(canonical(one)))):
        if isinstance(received, dict):
            received.pop("pathVariables", None)
        assert (exchange(received, returned).diff == []) == (canonical(received) == canonical(returned))


def test_path_variables_need_not_come_back() -> None:
    received = {"path": "/a", "pathVariables": [{"name": "id", "value": "1"}]}
    assert exchange(received, {"path": "/a"}).diff == []
    assert exchange(received, {**received, "pathVariables": []}).diff


@given(json_values)
def test_any_event_can_be_told(event: Any) -> None:
    for shape in (event, {"body": event}, {"headers": event, "body": json.dumps(event)}, {"requestContext": event}):
        if isinstance(shape, dict):
            told = Comparison.of(shape, invocation(event))
            json_text([told.received, told.returned, told.hook]).encode()


@given(
    st.sampled_from(["INTERCEPTOR_PRE", "INTERCEPTOR_POST", "INTERCEPTOR_POST_ENTITY", "NOTIFICATION"]),
    json_values,
    json_values,
)
def test_any_hook_can_be_told(hook: str, body: Any, part: Any) -> None:
    names = ("apiId", "entityName", "metadata", "data", "request", "response")
    for value in (body, dict.fromkeys(names, part)):
        event = {"headers": {"hooktype": hook}, "body": json.dumps(value)}
        json_text(Comparison.of(event, invocation(part)).received).encode()


TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJleHAiOjE3fQ.c2lnbmF0dXJl"


@given(st.text(), st.text())
def test_a_token_is_hidden_wherever_it_stands(before: str, after: str) -> None:
    secrets = Secrets([TOKEN], "the-secret-key")
    for hidden in (TOKEN, "the-secret-key"):
        value = [{f"{before}{hidden}{after}": [f"{before}{hidden}{after}"]}]
        assert hidden not in json.dumps(secrets.hidden(value))
        assert hidden not in secrets.hide_all(f"{before}{hidden}{after}")


@given(json_values)
def test_what_is_no_secret_stays(value: Any) -> None:
    assert Secrets([TOKEN], "the-secret-key").hidden(value) == value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ('{"authorization": "bearer abc", "a": 1}', '{"authorization": "bearer …", "a": 1}'),
        (f"token={TOKEN};", "token=…;"),
        ("the bearer", "the bearer"),
    ],
)
def test_tokens_of_others(text: str, shown: str) -> None:
    assert Secrets([], "-").hide_all(text) == shown
