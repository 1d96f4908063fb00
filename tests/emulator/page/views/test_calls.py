"""Calls in the page, without a browser: what is listed, shown and downloaded."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from biot_emulator.server.background_thread import Server
from biot_emulator.testing import Emulator
from biot_emulator.timelines.recorded_calls import CallKind, Sent
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.page.conftest import Browser

ROOT = "/_emulator/"
CREATE = f"POST{PATIENTS}"


@contextmanager
def listening(browser: Browser, server: Server, path: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Listen to what is sent while a page is looked at."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request("GET", path, headers={"cookie": browser.cookie, "sec-fetch-site": "same-origin"})
    with closing(connection), connection.getresponse() as response:
        assert response.status == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "default-src 'none'" in response.headers["content-security-policy"]
        lines = (line.decode() for line in response)
        yield (json.loads(line[6:]) for line in lines if line.startswith("data: "))


def record(server: Server, path: str, body: bytes = b"{}") -> str:
    calls = server.platform.calls
    id = calls.begin(CallKind.API, Sent("POST", path, content=body), trace_id="ab" * 16)
    calls.finish(id, 200, {"content-type": "application/json"}, body)
    return id


def test_what_was_called_is_listed(browser: Browser, emulator: Emulator) -> None:
    emulator.call("POST", PATIENTS, json=ADA)
    emulator.call("GET", f"{PATIENTS}/nobody")
    text = browser.get(ROOT).text
    assert f'<span class="address">{PATIENTS}</span>' in text
    assert '<span class="mark bad">404</span>' in text
    assert "nobody" not in browser.get(f"{ROOT}?status=2xx").text
    assert "nobody" in browser.get(f"{ROOT}?status=404").text


@pytest.mark.parametrize("query", ["status=x", "before=x", "before=-1", "before=99999999999999999999"])
def test_what_is_no_filter_is_refused(browser: Browser, query: str) -> None:
    answer = browser.get(f"{ROOT}?{query}")
    assert answer.status == 400
    assert 'role="alert"' in answer.text


def test_what_was_sent_is_shown_as_text(browser: Browser, server: Server) -> None:
    evil = "<img src=x onerror=alert(1)>"
    id = record(server, f"/{evil}", json.dumps({evil: evil}).encode())
    for path in (ROOT, f"{ROOT}page/calls/{id}", f"{ROOT}page/calls/{id}/edit", f"{ROOT}?trace={evil}&plugin={evil}"):
        assert "<img" not in browser.get(path.replace(" ", "%20")).text


def test_bodies_are_downloaded(browser: Browser, server: Server) -> None:
    body = json.dumps({"many": ["x" * 100] * 1000}).encode()
    id = record(server, "/large", body)
    page = browser.get(f"{ROOT}page/calls/{id}")
    assert len(page.text) < 200_000
    for side in ("request", "response"):
        answer = browser.get(f"{ROOT}page/calls/{id}/{side}")
        assert json.loads(answer.text) == json.loads(body)
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{side}-')
    assert browser.get(f"{ROOT}page/calls/{id}/other").status == 404
    assert browser.get(f"{ROOT}page/calls/nothing/request").status == 404


def test_rows_are_sent_as_calls_change(browser: Browser, emulator: Emulator, server: Server) -> None:
    record(server, "/before")
    version = re.search(r'data-version="(\d+)"', browser.get(ROOT).text)
    assert version
    with listening(browser, server, f"{ROOT}page/calls/live?since={version[1]}") as parts:
        id = record(server, "/after")
        part = next(parts)
        assert f'data-id="{id}"' in part["rows"]
        assert "/before" not in part["rows"]
        emulator.call("DELETE", "/_emulator/calls")
        assert next(parts)["cleared"]


def test_rows_are_filtered_as_the_list_is(browser: Browser, server: Server) -> None:
    with listening(browser, server, f"{ROOT}page/calls/live?status=404&since=0") as parts:
        record(server, "/fine")
        calls = server.platform.calls
        calls.finish(calls.begin(CallKind.API, Sent("GET", "/lost")), 404, {}, b"")
        rows = next(part["rows"] for part in parts if "/lost" in part["rows"])
        assert "/fine" not in rows


def test_a_row_goes_when_its_call_is_not_like_the_filter_any_more(browser: Browser, server: Server) -> None:
    calls = server.platform.calls
    with listening(browser, server, f"{ROOT}page/calls/live?status=pending") as parts:
        id = calls.begin(CallKind.API, Sent("GET", "/slow"))
        assert any("/slow" in part["rows"] for part in parts)
        calls.finish(id, 200, {}, b"")
        assert any(id in part["gone"] for part in parts)


def test_whoever_looks_at_a_call_is_told_that_it_is_forgotten(browser: Browser, server: Server) -> None:
    id = record(server, "/forgotten")
    version = server.platform.calls.find()[0][0].version
    with listening(browser, server, f"{ROOT}page/calls/{id}/live?since={version}") as parts:
        server.platform.calls.clear()
        assert next(parts) == {"version": 0, "forgotten": True}


def test_whoever_comes_back_is_told_that_all_calls_are_forgotten(browser: Browser, server: Server) -> None:
    id = record(server, "/forgotten")
    version = server.platform.calls.find()[0][0].version
    server.platform.calls.clear()
    assert browser.get(f"{ROOT}page/calls/{id}/live?since={version}").status == 404
    new = record(server, "/new")
    with listening(browser, server, f"{ROOT}page/calls/live?since={version}") as parts:
        part = next(parts)
    assert part["cleared"]
    assert new in part["rows"]
    with listening(browser, server, f"{ROOT}page/calls/live?since={part['version'] - 1}") as parts:
        assert not next(parts)["cleared"]


def test_a_listener_that_wants_the_head_alone_is_none(browser: Browser, server: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    with closing(connection):
        for _ in range(2):
            connection.request("HEAD", f"{ROOT}page/calls/live", headers={"cookie": browser.cookie})
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"")


def test_a_body_that_is_no_text_is_not_shown_as_null(browser: Browser, server: Server) -> None:
    calls = server.platform.calls
    id = calls.begin(CallKind.API, Sent("POST", "/binary", content=b"\xff\xfe"))
    calls.finish(id, 200, {}, b"null")
    text = browser.get(f"{ROOT}page/calls/{id}").text
    assert "The body is no text: 2 bytes" in text
    assert 'id="request-body"' not in text
    assert 'id="response-body"' in text
    assert browser.get(f"{ROOT}page/calls/{id}/request").status == 404
    assert browser.get(f"{ROOT}page/calls/{id}/response").text == "null"


def test_nothing_that_is_shown_turns_what_is_around_it(browser: Browser, server: Server) -> None:
    body = '{"a": "x\u202ey\\u001b"}\x1b[31m'.encode()
    id = record(server, "/a\u202eb", body)
    json_id = record(server, "/json", '{"a": "x\u202ey"}'.encode())
    for path in (ROOT, f"{ROOT}page/calls/{id}", f"{ROOT}page/calls/{json_id}"):
        text = browser.get(path).text
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert "\u241b[31m" in browser.get(f"{ROOT}page/calls/{id}").text
    assert json.loads(browser.get(f"{ROOT}page/calls/{json_id}/request").text) == {"a": "x\u202ey"}


def test_a_large_body_through_a_plugin_is_a_call_like_any_other(browser: Browser, emulator: Emulator) -> None:
    code = """
        import json
        def handler(event, context):
            return {"statusCode": 200, "body": json.dumps({"request": json.loads(event["body"])["request"]})}
    """
    emulator.deploy(code_zip(code), "large", subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    emulator.call("POST", PATIENTS, json={**ADA, "_description": "x" * 300_000})
    id = emulator.call("GET", "/_emulator/calls").body["data"][0]["id"]
    emulator.call("DELETE", "/settings/v2/plugins/Plugin-large")
    assert "bytes, left out" in browser.get(f"{ROOT}page/calls/{id}").text


def test_nothing_is_sent_any_more_after_a_log_out(server: Server, stranger: Browser) -> None:
    stranger.log_in()
    with listening(stranger, server, f"{ROOT}page/calls/live?since=999999") as parts:
        stranger.submit(f"{ROOT}page/log-out", {})
        record(server, "/secret")
        assert list(parts) == []


def test_no_stranger_listens(stranger: Browser) -> None:
    for path in ("page/calls/live", "page/calls/x/live"):
        assert stranger.get(ROOT + path, sec_fetch_dest="empty", sec_fetch_mode="cors").status == 401


def test_too_many_that_listen_are_told(browser: Browser, server: Server) -> None:
    listeners = []
    with pytest.raises(Exception, match="listen at once"):
        while True:
            listeners.append(server.platform.calls.listen())
    assert browser.get(f"{ROOT}page/calls/live").status == 503
    for listener in listeners:
        server.platform.calls.listeners.remove(listener)
    assert browser.get(f"{ROOT}page/calls/live?since=x").status == 400


@pytest.mark.slow
def test_a_timeline_grows_while_it_is_looked_at(browser: Browser, emulator: Emulator, server: Server) -> None:
    emulator.deploy(
        code_zip("""
            import json
            def handler(event, context):
                print("[ERROR] this is bad")
                return {"request": json.loads(event["body"])["request"]}
        """),
        subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]},
    )
    emulator.call("DELETE", "/_emulator/calls")
    with listening(browser, server, f"{ROOT}page/calls/live?hook=PRE_REQUEST") as rows:
        thread = threading.Thread(target=emulator.call, args=("POST", PATIENTS), kwargs={"json": ADA})
        thread.start()
        id = re.search(r'data-id="([^"]+)"', next(rows)["rows"])
        assert id
        with listening(browser, server, f"{ROOT}page/calls/{id[1]}/live?since=0") as parts:
            *_, last = (part for part in iter_until_done(parts))
        thread.join()
    assert "201" in last["html"]
    assert "this is bad" in last["html"]
    assert "cold start" in last["html"]
    emulator.call("DELETE", "/settings/v2/plugins/Plugin-demo")


def iter_until_done(parts: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in parts:
        yield part
        if part["news"] == "Status 201, 2 steps":
            return
