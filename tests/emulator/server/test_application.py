"""Whatever is sent to the server, it answers as the platform does: never with a failure, always with its error body."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.testing import Emulator, running

LOGIN = "/ums/v2/users/login"
PATIENTS = "/organization/v1/users/patients"
NAME = b'"_name": {"firstName": "Ada", "lastName": "L"}'
SUBSCRIBE = "/dispatcher/v1/hooks/interceptions/subscribe"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def send(
    emulator: Emulator, method: str, path: str, content: bytes = b"", content_type: str = "application/json"
) -> tuple[int, Any]:
    """Call an API as the administrator; the answer must be JSON, whatever it is."""
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=20)
    headers = {"authorization": f"Bearer {emulator.token}", "content-type": content_type}
    connection.request(method, path, content, headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.headers["content-type"] == "application/json"
    return answer.status, json.loads(body) if body else None


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    assert set(body) == {"code", "message", "serviceName", "traceId", "environment", "details"}
    assert len(body["traceId"]) == 32
    return status, body["code"]


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_bodies_that_cannot_be_kept_are_refused(emulator: Emulator) -> None:
    for path, body in (
        (PATIENTS, b'{%s, "x": 1e999}' % NAME),
        (PATIENTS, b'{%s, "x": NaN}' % NAME),
        (PATIENTS, b'{%s, "x": "\\ud800"}' % NAME),
        (PATIENTS, b'{%s, "\\ud800": 1}' % NAME),
        (PATIENTS, b'{%s, "_ownerOrganization": {"id": "\\udfff"}}' % NAME),
        (PATIENTS, b'{%s, "x": %s}' % (NAME, nested(100))),
        (PATIENTS, b'{%s, "x": %s}' % (NAME, b"9" * 5000)),
        (PATIENTS, nested(100_000)),
        (PATIENTS, b"\xff"),
        (PATIENTS, b"{"),
        (LOGIN, b'{"username": "\\ud800", "password": "p"}'),
        (SUBSCRIBE, b'{"type": "PRE_REQUEST", "endpoint": "\\ud800", "apiId": "POST%s"}' % PATIENTS.encode()),
        (SUBSCRIBE, b'{"type": "PRE_REQUEST", "endpoint": "x", "apiId": "\\ud800"}'),
    ):
        assert refused(send(emulator, "POST", path, body)) == (400, "BAD_REQUEST"), body[:80]


def test_a_deep_body_and_whole_surrogate_pairs_are_kept(emulator: Emulator) -> None:
    body = b'{%s, "x": %s, "y": "\\ud83d\\ude00"}' % (NAME, nested(99))
    status, made = send(emulator, "POST", PATIENTS, body)
    assert (status, made["x"], made["y"]) == (201, json.loads(nested(99)), "\U0001f600")
    assert send(emulator, "GET", f"{PATIENTS}/{made['_id']}") == (200, made)
    free_text = quote(json.dumps({"freeTextSearch": "ada", "filter": {"_name.firstName": {"isNotNull": True}}}))
    assert send(emulator, "GET", f"{PATIENTS}?searchRequest={free_text}")[1]["metadata"]["page"]["totalResults"] == 1


def test_search_requests_that_are_none_are_refused_also_where_there_is_nothing_to_find(emulator: Emulator) -> None:
    for query in (
        quote('{"filter": {"x": {"gt": 1e999}}}'),
        quote('{"filter": {"x": {"eq": "\\ud800"}}}'),
        quote('{"filter": {"x": {"nonsense": 1}}}'),
        quote('{"limit": 99999999999999999999}'),
        quote('{"filter":' + '{"$NOT":{"filter":' * 200 + "{}" + "}}" * 200 + "}"),
        "%ff",
        "{",
    ):
        answer = send(emulator, "GET", f"/generic-entity/v1/generic-entities?searchRequest={query}")
        assert refused(answer) == (400, "BAD_REQUEST"), query[:80]


def test_odd_characters_in_a_path_are_part_of_it(emulator: Emulator) -> None:
    for id in ("a%3Fb", "a%23b", "a%0Ab", "%00", "%ff", "%2F", "..", "%ED%A0%80", "a;b"):
        assert refused(send(emulator, "GET", f"{PATIENTS}/{id}"))[0] == 404, id
    status, refusal = send(emulator, "POST", f"{PATIENTS}/templates/a%3Fb%2520c", b"{%s}" % NAME)
    assert (status, refusal["details"]) == (404, {"templateName": "a?b%20c"})


def test_a_method_that_a_path_does_not_have_is_not_allowed(emulator: Emulator) -> None:
    for method in ("PUT", "OPTIONS", "TRACE", "PROPFIND", "get"):
        assert refused(send(emulator, method, PATIENTS)) == (405, "METHOD_NOT_ALLOWED"), method
        assert refused(send(emulator, method, "/nobody/v1/knows")) == (404, "NOT_FOUND"), method
    assert send(emulator, "HEAD", PATIENTS) == (405, None)
    assert send(emulator, "HEAD", "/nobody/v1/knows") == (404, None)
    assert emulator.call("PUT", PATIENTS).headers["allow"] == "GET, POST"


def _form(call: Call) -> ApiResponse:
    return ApiResponse(200, {name: [part.content.hex(), part.filename] for name, part in call.form.items()})


def test_forms_that_cannot_be_read_are_refused(emulator: Emulator) -> None:
    emulator.platform.router.add([Route("POST", "/tests/v1/form", _form)])
    kind = "multipart/form-data"
    for content_type, form in (
        (kind, b""),
        (f"{kind}; boundary=", b"x"),
        (f"{kind}; boundary=b", b"no form"),
        (f"{kind}; boundary=b; charset=idna", b"--b\r\n\r\n\r\n--b--\r\n"),
        (f"{kind}; boundary=b", b'--b\r\ncontent-disposition: form-data; name="\xff"\r\n\r\n\r\n--b--\r\n'),
    ):
        answer = send(emulator, "POST", "/tests/v1/form", form, content_type)
        assert refused(answer) == (400, "BAD_REQUEST"), (content_type, form)


def test_the_parts_of_a_form_are_the_bytes_that_were_sent(emulator: Emulator) -> None:
    emulator.platform.router.add([Route("POST", "/tests/v1/form", _form)])
    everything = bytes(range(256))
    heads = ('name="é"', 'name="file"; filename="ü"')
    parts = [f"--b\r\ncontent-disposition: form-data; {head}\r\n\r\n".encode() + everything for head in heads]
    form = b"\r\n".join([*parts, b"--b--\r\n"])
    for content_type in ("multipart/form-data; boundary=b", "Multipart/Form-Data;boundary=b; charset=ascii"):
        answer = send(emulator, "POST", "/tests/v1/form", form, content_type)
        assert answer == (200, {"é": [everything.hex(), None], "file": [everything.hex(), "ü"]})


def test_answers_that_json_cannot_hold_are_failures_of_the_platform(emulator: Emulator) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    bodies = {"infinite": float("inf"), "deep": deep, "half": "\ud800"}
    emulator.platform.router.add(
        [Route("GET", "/tests/v1/answers/{name}", lambda call: ApiResponse(200, bodies[call.variables["name"]]))]
    )
    for name in ("infinite", "deep"):
        assert refused(send(emulator, "GET", f"/tests/v1/answers/{name}")) == (500, "INTERNAL_SERVER_ERROR")
    assert send(emulator, "GET", "/tests/v1/answers/half") == (200, "\ud800")
