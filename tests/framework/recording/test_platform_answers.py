from __future__ import annotations

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
    one, other = document
    assert calls == [one, other, one]
    assert one.startswith("GET /device/v2/devices/")
    assert "pump-7" not in one
    assert other.startswith("POST /device/v2/devices?mrn=")
    id = one.rpartition("/")[2]
    assert document == {one: [{"status": 500}, {"answer": {"_id": id}}], other: [{"status": 201}]}
