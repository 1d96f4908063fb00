"""A plugin's public address."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.conftest import SHARED, code_zip

pytestmark = pytest.mark.slow

ECHO = code_zip("def handler(event, context): return event")
COOKIES = code_zip("""
    import base64
    def handler(event, context):
        headers = {"Content-Type": "image/png", "X-A": "b", "access-control-allow-origin": "x"}
        return {"statusCode": 201, "headers": headers, "cookies": ["a=1; Secure", "b=2"],
                "body": base64.b64encode(bytes(range(256))).decode(), "isBase64Encoded": True}
""")


def request(url: str, method: str, path: str, body: bytes | None = None, /, **headers: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request(
        method, parts.path.rstrip("/") + path, body, {n.replace("_", "-"): v for n, v in headers.items()}
    )
    answer = connection.getresponse()
    answer.content = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def event_of(emulator: Emulator) -> dict[str, Any]:
    event: dict[str, Any] = emulator.invocations()[-1]["input"]
    return event


def test_the_plugin_gets_the_request_as_the_platform_would_pass_it_on(emulator: Emulator) -> None:
    url = emulator.deploy(ECHO)["endpointUrl"]
    answer = request(url, "GET", "/report/a%20b?format=csv&day=1&day=2&e=", user_agent="curl/8", cookie="a=1; b=2")
    assert answer.status == 200
    event = event_of(emulator)
    assert (event["version"], event["rawPath"]) == ("2.0", "/report/a%20b")
    assert event["rawQueryString"] == "format=csv&day=1&day=2&e="
    assert event["queryStringParameters"] == {"format": "csv", "day": "1,2", "e": ""}
    assert event["requestContext"]["http"]["userAgent"] == "curl/8"
    assert event["requestContext"]["apiId"] in url
    assert "body" not in event
    if SHARED.is_dir():
        shared = json.loads((SHARED / "events" / "direct_get.json").read_text())
        assert set(event) - {"cookies"} == set(shared)
        assert set(event["requestContext"]) == set(shared["requestContext"])
        assert set(event["requestContext"]["http"]) == set(shared["requestContext"]["http"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_plugin(emulator: Emulator, method: str) -> None:
    url = emulator.deploy(ECHO)["endpointUrl"]
    assert request(url, method, "/").status == 200
    assert event_of(emulator)["requestContext"]["http"]["method"] == method


@pytest.mark.parametrize(
    ("content_type", "content", "expected", "encoded"),
    [
        ("application/json", b'{"a": "\xc3\xa9"}', {"a": "é"}, False),
        ("text/plain; charset=utf-8", b"hello", "hello", False),
        ("application/vnd.api+JSON;charset=utf-8", b"[1]", [1], False),
        ("image/svg+xml", b"<svg/>", "<svg/>", False),
        ("application/xml", b"<a/>", "<a/>", False),
        ("Application/JavaScript", b"a()", "a()", False),
        ("application/x-www-form-urlencoded", b"name=Ada&a=1", base64.b64encode(b"name=Ada&a=1").decode(), True),
        ("application/x-www-form-urlencoded; charset=utf-8", b"a", base64.b64encode(b"a").decode(), True),
        ("application/jsonl", b"1", base64.b64encode(b"1").decode(), True),
        ("application/graphql", b"{a}", base64.b64encode(b"{a}").decode(), True),
        ("nonsense", b"a", base64.b64encode(b"a").decode(), True),
        ("", b"{}", base64.b64encode(b"{}").decode(), True),
        (None, b"{}", base64.b64encode(b"{}").decode(), True),
        ("application/octet-stream", b"hello", base64.b64encode(b"hello").decode(), True),
        ("multipart/form-data; boundary=x", b"--x--", base64.b64encode(b"--x--").decode(), True),
        ("application/json", b"\xff", base64.b64encode(b"\xff").decode(), True),
    ],
)
def test_a_body_is_text_or_base64(
    emulator: Emulator, content_type: str | None, content: bytes, expected: Any, encoded: bool
) -> None:
    url = emulator.deploy(ECHO)["endpointUrl"]
    headers = {} if content_type is None else {"content_type": content_type}
    answer = request(url, "POST", "/", content, **headers)
    received = json.loads(answer.content)  # type: ignore[attr-defined]
    assert received["body"] == (base64.b64encode(content) if encoded else content).decode()
    event = event_of(emulator)
    assert (event["body"], event["isBase64Encoded"]) == (expected, encoded)


def test_headers_that_come_twice_are_one_as_a_function_url_joins_them(emulator: Emulator) -> None:
    url = emulator.deploy(ECHO)["endpointUrl"]
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.putrequest("GET", parts.path)
    for name, value in (("Cookie", "a=1; b=2"), ("X-A", "1"), ("cookie", "c=3"), ("x-a", "2; 3"), ("X-B", "a, b")):
        connection.putheader(name, value)
    connection.endheaders()
    received = json.loads(connection.getresponse().read())
    connection.close()
    assert received["cookies"] == ["a=1", "b=2", "c=3"]
    assert received["headers"]["cookie"] == "a=1; b=2; c=3"
    assert (received["headers"]["x-a"], received["headers"]["x-b"]) == ("1,2; 3", "a, b")


def test_the_answer_is_the_plugins_own(emulator: Emulator) -> None:
    url = emulator.deploy(COOKIES)["endpointUrl"]
    answer = request(url, "GET", "/")
    assert (answer.status, answer.content) == (201, bytes(range(256)))  # type: ignore[attr-defined]
    assert (answer.headers["content-type"], answer.headers["x-a"]) == ("image/png", "b")
    assert answer.headers.get_all("set-cookie") == ["a=1; Secure", "b=2"]


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ({"statusCode": 100}, 502),
        ({"statusCode": 200, "headers": {"a b": "c"}}, 502),
        ({"statusCode": 200, "headers": {"x": "\0"}}, 502),
        ({"statusCode": 200, "headers": {"x": "  a\r\nb: c ", "transfer-encoding": "chunked", "connection": "x"}}, 200),
        ({"statusCode": 204, "body": "nothing", "headers": {"content-length": "7"}}, 204),
        ({"statusCode": 304, "body": "nothing"}, 304),
    ],
)
def test_every_reply_is_answered(emulator: Emulator, reply: dict[str, Any], status: int) -> None:
    url = emulator.deploy(code_zip(f"def handler(event, context): return {reply!r}"))["endpointUrl"]
    answer = request(url, "GET", "/")
    assert answer.status == status
    if status in (204, 304):
        assert answer.content == b""  # type: ignore[attr-defined]
    elif status == 200:
        assert answer.headers["x"] == "a  b: c"


def test_a_plugin_that_fails_is_a_bad_gateway(emulator: Emulator) -> None:
    url = emulator.deploy(code_zip("def handler(event, context): raise ValueError('personal')"))["endpointUrl"]
    answer = request(url, "GET", "/")
    assert answer.status == 502
    assert b"personal" not in answer.content  # type: ignore[attr-defined]


def test_what_is_too_large_does_not_reach_the_plugin(emulator: Emulator) -> None:
    url = emulator.deploy(ECHO)["endpointUrl"]
    assert request(url, "POST", "/", b"x" * (7 * 1024 * 1024), content_type="text/plain").status == 413


def test_nobody_has_an_unknown_address(emulator: Emulator) -> None:
    assert request(f"{emulator.url}/_functions/{'a' * 32}/", "GET", "/").status == 404
    assert request(f"{emulator.url}/_functions/", "GET", "/").status == 404


def test_a_browser_may_do_what_the_plugins_cors_says(emulator: Emulator) -> None:
    cors = {
        "allowOrigins": ["https://a.example"],
        "allowMethods": ["GET", "DELETE"],
        "allowHeaders": ["x-one", "x-two"],
        "exposeHeaders": ["x-a"],
    }
    url = emulator.deploy(COOKIES, cors=cors)["endpointUrl"]
    asks = {"access_control_request_method": "DELETE"}
    answer = request(url, "OPTIONS", "/", origin="https://a.example", **asks)
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert answer.headers["access-control-allow-methods"] == "GET, DELETE"
    assert answer.headers["access-control-allow-headers"] == "x-one, x-two"
    assert emulator.invocations() == []
    assert "access-control-allow-origin" not in request(url, "OPTIONS", "/", origin="https://b.example", **asks).headers
    answer = request(url, "GET", "/", origin="https://a.example")
    assert answer.headers.get_all("access-control-allow-origin") == ["https://a.example"]
    assert answer.headers["access-control-expose-headers"] == "x-a"
    anywhere = emulator.deploy(ECHO, "anywhere")["endpointUrl"]
    assert request(anywhere, "GET", "/", origin="https://b.example").headers["access-control-allow-origin"] == "*"


def test_no_text_holds_the_emulator(emulator: Emulator) -> None:
    """Nobody needs a token to send a body, a path, a query or a header; each of these would hold it for hours."""
    url = emulator.deploy(code_zip("def handler(event, context): print(event['body']); return event['body']"))[
        "endpointUrl"
    ]
    for piece in ("a-", "eyJ", "eyJ-", "token=", "Bearer "):
        text = piece * (300_000 // len(piece))
        part = text[:16_000].replace(" ", "+")
        answer = request(url, "POST", f"/{part}?q={part}", text.encode(), content_type="text/plain", x=part)
        assert answer.status == 200
        assert len(emulator.invocations()[-1]["logs"]) == 1


@pytest.mark.parametrize("depth", [90, 900, 100_000])
def test_json_is_recorded_however_deep_it_is(emulator: Emulator, depth: int) -> None:
    url = emulator.deploy(code_zip("def handler(event, context): return event['body']"))["endpointUrl"]
    answer = request(url, "POST", "/", b"[" * depth + b"]" * depth, content_type="application/json")
    assert (answer.status, answer.content) == (200, b"[" * depth + b"]" * depth)  # type: ignore[attr-defined]
    assert ("<nested too deeply>" in json.dumps(emulator.invocations()[-1]["input"]["body"])) == (depth == 900)


def test_an_address_that_is_known_is_not_looked_up_before_the_body_is_read(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That would be a thread more for each call."""
    url = emulator.deploy(ECHO)["endpointUrl"]
    looked_up: list[str] = []
    has = emulator.platform.function_urls.has

    def look_up(address: str) -> bool:
        looked_up.append(address)
        return has(address)

    monkeypatch.setattr(emulator.platform.function_urls, "has", look_up)
    assert [request(url, "GET", "/").status for _ in range(3)] == [200] * 3
    assert len(looked_up) == 1
    emulator.deploy(ECHO, "another")
    assert [request(url, "GET", "/").status for _ in range(3)] == [200] * 3
    assert len(looked_up) == 2
