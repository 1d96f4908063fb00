from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from biot_plugin.http.messages import Request, Response
from biot_plugin.platform_errors import NotConfigured, PlatformTimeout, PlatformUnreachable
from biot_plugin.recording.platform_answers import PlatformAnswers, answers_of
from biot_plugin.recording.redaction import Redaction
from biot_plugin.recording.safe_names import SafeNames

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)


def request(path: str, method: str = "GET") -> Request:
    return Request(method, f"https://api.example.org{path}", {})


@pytest.mark.parametrize(
    ("response", "reply"),
    [
        (Response(200, {}, b'{"a": [1]}'), {"answer": {"a": [1]}}),
        (Response(204, {}, b""), {"status": 204}),
        (Response(409, {}, b"no"), {"status": 409, "answer": "no"}),
        (Response(200, {}, b"\xff\xfe"), {}),
        (Response(200, {}, b"[" * 100_000), {"answer": "[" * 100_000}),
    ],
)
def test_an_answer(response: Response, reply: dict[str, object]) -> None:
    answers = PlatformAnswers()
    answers.add(answers.begin(), request("/device/v2/devices?limit=5"), response)
    assert answers.all() == [("GET", "/device/v2/devices", "limit=5", reply)]


@pytest.mark.parametrize(
    ("error", "replies"),
    [
        (PlatformTimeout("GET /", "took too long", sent=True), [{"error": "timeout"}]),
        (PlatformUnreachable("GET /", "no connection", sent=False), [{"error": "unreachable"}]),
        (NotConfigured("GET /", "no URL"), []),
        (KeyboardInterrupt(), []),
    ],
)
def test_a_call_without_an_answer(error: BaseException, replies: list[object]) -> None:
    answers = PlatformAnswers()
    answers.fail(answers.begin(), request("/"), error)
    assert [answer.reply for answer in answers.all()] == replies


def test_answers_are_in_the_order_of_the_calls_and_have_stand_ins() -> None:
    answers = PlatformAnswers()
    first, second, third = answers.begin(), answers.begin(), answers.begin()
    answers.add(third, request("/device/v2/devices/pump-7"), Response(200, {}, b'{"_id": "pump-7"}'))
    answers.add(first, request("/device/v2/devices/pump-7"), Response(500, {}, b""))
    answers.add(second, request("/device/v2/devices?mrn=maria", "POST"), Response(201, {}, b""))
    document, calls = answers_of(answers.all(), Redaction(b"k" * 32, SafeNames(), NOW, "pump-7 maria"))
    one, other, _ = document
    assert calls == [one, other, one]
    assert one.startswith("GET /device/v2/devices/")
    assert "pump-7" not in one
    assert re.fullmatch(r"POST /device/v2/devices\?\w{3}=\w{5}", other)
    id = one.rpartition("/")[2]
    assert document == {
        one: [{"status": 500}, {"answer": {"_id": id}}],
        other: [{"status": 201}],
        other.partition("?")[0]: [{"status": 201}],
    }


def answered(method: str, target: str, response: Response) -> tuple[dict[str, object], list[str]]:
    answers = PlatformAnswers()
    answers.add(answers.begin(), request(target, method), response)
    document, calls = answers_of(answers.all(), Redaction(b"k" * 32, SafeNames(), NOW, ""))
    return dict(document), calls


def test_an_upload_is_accepted_as_its_content_goes_elsewhere() -> None:
    signed = Response(201, {}, b'{"id": "1", "signedUrl": "https://storage.example.org/1"}')
    refused = Response(403, {}, b'{"code": "ACCESS_DENIED"}')
    assert answered("POST", "/file/v1/files/upload", signed)[0] == {"POST /file/v1/files/upload": [{"upload": True}]}
    assert answered("POST", "/file/v1/files/upload", refused)[0] == {
        "POST /file/v1/files/upload": [{"status": 403, "answer": {"code": "ACCESS_DENIED"}}]
    }
    assert answered("POST", "/file/v1/files/upload/parts", signed) == ({}, [])


def test_what_no_file_of_answers_can_answer_is_left_out() -> None:
    assert answered("HEAD", "/device/v2/devices", Response(200, {}, b"")) == ({}, [])
