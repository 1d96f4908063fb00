"""What a call is answered with: the most precise answer, several in turn, pages of a search, files."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, strategies as st

from biot_emulator.http.request import Request
from biot_plugin_cli.answers.answering import FileAnswers
from biot_plugin_cli.answers.file import find_answers

DEVICES = "/device/v2/devices"


def answers(folder: Path, document: Any, default: Any = None) -> FileAnswers:
    place = folder / "answers"
    place.mkdir(exist_ok=True)
    (place / "event.json").write_text(json.dumps(document))
    if default is not None:
        (place / "default.json").write_text(json.dumps(default))
    return FileAnswers(find_answers(folder / "event.json", None))


def ask(platform: FileAnswers, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    target, _, query = path.partition("?")
    content = b"" if body is None else json.dumps(body).encode()
    response = platform(Request(method, target, {"host": "127.0.0.1:1"}, content, len(content), query))
    assert response is not None
    return response.status_code, response.body


def test_a_call_gets_its_answer_and_is_recorded(tmp_path: Path) -> None:
    platform = answers(
        tmp_path, {f"PATCH {DEVICES}/{{id}}": {"status": 202, "answer": {"_id": "7"}, "headers": {"X": "y"}}}
    )

    assert ask(platform, "PATCH", f"{DEVICES}/7", {"a": 1}) == (202, {"_id": "7"})

    [call] = platform.calls.all()
    assert call.document | {"durationMs": 0} == {
        "method": "PATCH",
        "path": f"{DEVICES}/7",
        "query": {},
        "body": {"a": 1},
        "status": 202,
        "durationMs": 0,
        "answeredBy": f"{tmp_path}/answers/event.json: PATCH {DEVICES}/{{id}}",
    }
    assert platform.advice(call) == ""


@pytest.mark.parametrize("call", [("GET", f"{DEVICES}/7"), ("PATCH", f"{DEVICES}/7/status"), ("PATCH", DEVICES)])
def test_a_call_without_an_answer_says_how_to_add_one(tmp_path: Path, call: tuple[str, str]) -> None:
    platform = answers(tmp_path, {f"PATCH {DEVICES}/{{id}}": {}})

    status_code, body = ask(platform, *call)

    assert (status_code, body["code"]) == (404, "NOT_FOUND")
    [recorded] = platform.calls.all()
    assert recorded.answered_by is None
    method, path = call
    assert platform.advice(recorded) == f'add "{method} {path}": {{"answer": {{}}}} to {tmp_path}/answers/event.json'


def test_several_answers_come_in_turn_and_the_last_one_stays(tmp_path: Path) -> None:
    platform = answers(tmp_path, {f"GET {DEVICES}/7": [{"status": 404}, {"answer": 1}, {"answer": 2}]})

    assert [ask(platform, "GET", f"{DEVICES}/7") for _ in range(4)] == [(404, None), (200, 1), (200, 2), (200, 2)]


def test_each_event_begins_with_the_first_answer(tmp_path: Path) -> None:
    document = {f"GET {DEVICES}/7": [{"answer": 1}, {"answer": 2}]}

    assert [ask(answers(tmp_path, document), "GET", f"{DEVICES}/7") for _ in range(2)] == [(200, 1)] * 2


def test_the_most_precise_answer_counts_wherever_it_is_written(tmp_path: Path) -> None:
    document = {
        f"GET {DEVICES}/{{id}}": {"answer": "any"},
        f"GET {DEVICES}/7": {"answer": "seven"},
        f"GET {DEVICES}/7?full=true": {"answer": "full"},
        f"POST {DEVICES}": [
            {"answer": "other"},
            {"when": {"json": {"_id": "7", "tags": [{"n": 1}]}}, "answer": "first"},
            {"when": {"json": {"_id": "7", "tags": [{"n": 1}]}}, "answer": "second"},
        ],
    }
    for order in (list(document), list(reversed(document))):
        platform = answers(tmp_path, {key: document[key] for key in order})
        assert ask(platform, "GET", f"{DEVICES}/8")[1] == "any"
        assert ask(platform, "GET", f"{DEVICES}/7?a=b")[1] == "seven"
        assert ask(platform, "GET", f"{DEVICES}/7?a=b&full=true")[1] == "full"
        body = {"_id": "7", "tags": [{"n": 1, "m": 2}], "more": None}
        assert [ask(platform, "POST", DEVICES, body)[1] for _ in range(2)] == ["first", "second"]
        assert ask(platform, "POST", DEVICES, {**body, "tags": []})[1] == "other"
        assert ask(platform, "POST", DEVICES, {**body, "_id": 7})[1] == "other"


@given(st.sampled_from([True, False, 0, 1, 1.5, None, "1"]), st.sampled_from([True, False, 0, 1, 1.5, None, "1"]))
def test_a_truth_is_no_number(tmp_path_factory: pytest.TempPathFactory, sent: Any, expected: Any) -> None:
    folder = tmp_path_factory.getbasetemp()
    platform = answers(folder, {"POST /a": {"when": {"json": {"n": expected}}, "answer": "same"}})

    status_code, _ = ask(platform, "POST", "/a", {"n": sent})

    assert (status_code == 200) == (sent == expected and isinstance(sent, bool) == isinstance(expected, bool))


def test_what_is_said_for_the_event_goes_before_what_is_said_for_all(tmp_path: Path) -> None:
    platform = answers(
        tmp_path, {f"GET {DEVICES}/{{id}}": {"answer": "event"}}, {f"GET {DEVICES}/7": {"answer": "all"}}
    )

    assert ask(platform, "GET", f"{DEVICES}/7") == (200, "event")


def test_a_search_has_pages_and_conditions(tmp_path: Path) -> None:
    entities = [{"_id": str(number)} for number in range(5)]
    filtered = {"when": {"searchRequest": {"filter": {"_id": {"eq": "x"}}}}, "search": []}
    platform = answers(tmp_path, {f"GET {DEVICES}": [{"search": entities}, filtered]})

    def found(request: Any) -> Any:
        return ask(platform, "GET", f"{DEVICES}?searchRequest={quote(json.dumps(request))}")[1]

    assert found({"limit": 2, "page": 2}) == {
        "data": [{"_id": "4"}],
        "metadata": {"page": {"totalResults": 5, "page": 2, "limit": 2}},
    }
    assert len(found({})["data"]) == 5
    assert len(found({"limit": -1, "page": "x"})["data"]) == 5
    assert found({"filter": {"_id": {"eq": "x"}}})["data"] == []


def test_files_are_bodies_downloads_and_uploads(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "scan.pdf").write_bytes(b"%PDF")
    document = {
        f"GET {DEVICES}/7/manual": {"file": "scan.pdf"},
        "GET /file/v1/files/{id}/download": {"download": "scan.pdf"},
        "POST /file/v1/files/upload": {"upload": True},
    }
    platform = answers(tmp_path, document)

    def signed(url: str, method: str, content: bytes = b"") -> Any:
        response = platform(Request(method, urlsplit(url).path, {}, content, len(content)))
        assert response is not None
        return response

    assert ask(platform, "GET", f"{DEVICES}/7/manual") == (200, "%PDF")
    _, file = ask(platform, "GET", "/file/v1/files/f-1/download")
    assert (file["id"], file["name"], file["mimeType"]) == ("f-1", "scan.pdf", "application/pdf")
    assert signed(file["signedUrl"], "GET").content == b"%PDF"
    _, created = ask(platform, "POST", "/file/v1/files/upload", {"name": "a.txt", "mimeType": "text/plain"})
    assert signed(created["signedUrl"], "PUT", b"abc").headers["etag"] == '"900150983cd24fb0d6963f7d28e17f72"'
    _, parts = ask(platform, "POST", "/file/v1/files/upload/parts", {"name": "b", "mimeType": "c", "parts": 2})
    assert [entry["partNumber"] for entry in parts["signedUrls"]] == [1, 2]
    more = {"fromPart": 3, "toPart": 3}
    assert len(ask(platform, "POST", f"/file/v1/files/upload/parts/{parts['id']}", more)[1]["signedUrls"]) == 1
    assert ask(platform, "POST", f"/file/v1/files/upload/parts/{parts['id']}/complete", {})[0] == 200
    assert ask(platform, "DELETE", f"/file/v1/files/upload/parts/{parts['id']}/cancel")[0] == 204
    assert ask(platform, "POST", "/file/v1/files/upload/parts/other/complete")[0] == 404
    assert signed("http://127.0.0.1:1/signed/none", "GET").status_code == 404


def test_no_answer_is_none(tmp_path: Path) -> None:
    platform = answers(tmp_path, {"GET /a": {"error": "unreachable"}, "GET /b": {"error": "timeout"}})
    assert platform(Request("GET", "/a")) is None
    waiting = threading.Thread(target=platform, args=[Request("GET", "/b")])
    waiting.start()
    while len(platform.calls.all()) == 1:
        waiting.join(0.01)

    platform.close()

    waiting.join(10)
    assert not waiting.is_alive()
    assert [(call.path, call.status_code) for call in platform.calls.all()] == [("/a", None), ("/b", None)]
