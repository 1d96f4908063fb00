"""Direct calls as they are written in a shell."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator import prepare_event
from biot_plugin import DirectCall, Plugin
from biot_plugin.testing import Client
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.invoke.direct_events import create_direct_event
from tests.scaffold.support import Program


def sent(event: dict[str, Any]) -> bytes:
    """The body that the plugin gets."""
    body = prepare_event(event, lambda _: "token").get("body") or ""
    return base64.b64decode(body) if event["isBase64Encoded"] else body.encode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (["day=2026-01-02"], {"day": "2026-01-02"}),
        (["a=1", "b=2"], {"a": "1", "b": "2"}),
        (["a=1&b=2"], {"a": "1", "b": "2"}),
        (["a=1", "a=2"], {"a": "1,2"}),
        (["q=Grace & Ada"], {"q": "Grace & Ada"}),
        (["q=50%25"], {"q": "50%25"}),
        (["empty="], {"empty": ""}),
        (["url=https://x/?y=1"], {"url": "https://x/?y=1"}),
    ],
)
def test_a_parameter_has_the_value_that_was_written(query: list[str], expected: dict[str, str]) -> None:
    seen: dict[str, str] = {}
    plugin = Plugin()

    @plugin.endpoint(public=True)
    def handle(event: DirectCall) -> None:
        seen.update(event.query)

    event = create_direct_event("/report", query=query)
    assert event["queryStringParameters"] == expected
    Client(plugin).send(event)
    assert seen == {
        name: value.rpartition(",")[2] if query == ["a=1", "a=2"] else value for name, value in expected.items()
    }


def test_the_path_may_bring_a_query_and_characters_that_are_encoded() -> None:
    event = create_direct_event("/über/a b/%2F?x=1&y=é", query=["z=3"])
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/%C3%BCber/a%20b/%2F"
    assert event["queryStringParameters"] == {"x": "1", "y": "é", "z": "3"}


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a": [1, null]}', "application/json", {"a": [1, None]}),
        (b"[]", "application/json", []),
        (b"5", "application/json", "5"),
        (b'{"big": 12345678901234567890}', "application/json", {"big": 12345678901234567890}),
        (b'{"x": 1.5}', "application/json", {"x": 1.5}),
        (b'{"x": 1e400}', "application/json", '{"x": 1e400}'),
        (b'{"x": NaN}', "application/json", '{"x": NaN}'),
        (b'{"x": 1.50}', "application/json", '{"x": 1.50}'),
        (b'{"x": 1, "x": 2}', "application/json", '{"x": 1, "x": 2}'),
        ("Grüße".encode(), "text/plain; charset=utf-8", "Grüße"),
        (b"", "text/plain; charset=utf-8", ""),
        (b"\xff\x00", "application/octet-stream", "/wA="),
    ],
)
def test_a_body_is_readable_where_that_changes_nothing(body: bytes, content_type: str, value: Any) -> None:
    event = create_direct_event("/", body=body)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["headers"]["content-type"] == content_type
    assert event["body"] == value
    assert sent(event) == body or sent(event) == json.dumps(value, separators=(",", ":")).encode()


@given(st.binary(max_size=60))
def test_bytes_arrive_as_they_were_given(body: bytes) -> None:
    event = create_direct_event("/", body=body)
    if isinstance(event["body"], str):
        assert sent(event) == body


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"path": "report"}, "--path 'report' is not a path: it begins with a slash"),
        ({"path": "https://x/report"}, "is not a path"),
        ({"method": "FETCH"}, "--method 'FETCH' is not an HTTP method"),
        ({"method": ""}, "--method '' is not an HTTP method"),
        ({"query": ["day"]}, "--query 'day' is not a parameter: write NAME=VALUE"),
        ({"query": ["=1"]}, "is not a parameter"),
    ],
)
def test_what_cannot_be_called_is_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        create_direct_event(**arguments)
    assert sentence in str(error.value)


def test_the_command_line(biot_plugin: Program, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"a": 1}')
    options = ["--path", "/report", "--method", "put", "--query", "a=1", "--query", "b=2"]
    event = biot_plugin("event", "endpoint", *options, "--body", f"@{tmp_path / 'body.json'}").document
    assert event["requestContext"]["http"]["method"] == "PUT"
    assert event["rawQueryString"] == "a=1&b=2"
    assert event["body"] == {"a": 1}
    assert biot_plugin("event", "endpoint", "--body", "@nothing").exit_code == 2
    for option in (["--path", "/"], ["--query", "a=1"], ["--body", "x"], ["--method", "GET"]):
        done = biot_plugin("event", "pre-request", *option)
        assert (done.exit_code, done.out) == (2, "")
        assert f"{option[0]} is not for pre-request events" in done.err
