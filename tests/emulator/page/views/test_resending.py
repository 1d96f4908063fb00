"""Calls sent again from the page."""

from __future__ import annotations

import html
import re
import time

import pytest

from biot_emulator.server.background_thread import Server
from biot_emulator.testing import Emulator
from biot_emulator.timelines.recorded_calls import CallKind, RecordedCall, Sent
from tests.emulator.conftest import ADA, PATIENTS
from tests.emulator.page.conftest import Answer, Browser

CALLS = "/_emulator/page/calls"


def last_call(emulator: Emulator) -> str:
    return str(emulator.call("GET", "/_emulator/calls").body["data"][0]["id"])


def new_call(server: Server, answer: Answer) -> RecordedCall:
    assert answer.status == 303, answer.text
    id = answer.headers["location"].rpartition("/")[2]
    while (call := server.platform.calls.get(id)) and not call.answered:
        time.sleep(0.01)
    assert call
    return call


def fields(text: str) -> dict[str, str]:
    """The fields of the form, as a browser sends them."""
    found = {
        "method": re.search(r"<option selected>(\w+)", text),
        "path": re.search(r'name="path" value="([^"]*)"', text),
        "query": re.search(r'name="query" value="([^"]*)"', text),
        "body": re.search(r'<textarea name="body"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL),
    }
    return {name: sent_by_browser(html.unescape(match[1])) for name, match in found.items() if match}


def sent_by_browser(text: str) -> str:
    return re.sub("\r\n|\r|\n", "\r\n", text).replace("\0", "\ufffd")


def test_the_same_is_sent_again(browser: Browser, emulator: Emulator, server: Server) -> None:
    emulator.call("POST", PATIENTS, json=ADA)
    id = last_call(emulator)
    new = new_call(server, browser.submit(f"{CALLS}/{id}/resend", {}))
    assert (new.resent_from, new.status_code) == (id, 201)
    assert "Sent again" in browser.get(f"{CALLS}/{new.id}").text


def test_what_nobody_has_touched_keeps_its_bytes(browser: Browser, emulator: Emulator, server: Server) -> None:
    odd = b'{"_name" : {"firstName": "A\\u0064a",\n\t"lastName": "L"}}\n'
    emulator.call("POST", PATIENTS, content=odd)
    id = last_call(emulator)
    form = fields(browser.get(f"{CALLS}/{id}/edit").text)
    new = new_call(server, browser.submit(f"{CALLS}/{id}/edit", {**form, "query": "a=b"}))
    assert new.sent
    assert (new.sent.content, new.sent.query) == (odd, "a=b")


@pytest.mark.parametrize(
    "body",
    [*(f"a{odd}b".encode() for odd in ("\r", "\r\n", "\0", "\x1b", "\u202e")), b"\n\na", b"\xff\0", b"\xef\xbb\xbfa"],
)
def test_what_nobody_has_touched_keeps_its_bytes_whatever_a_browser_makes_of_them(
    browser: Browser, server: Server, body: bytes
) -> None:
    id = server.platform.calls.begin(CallKind.API, Sent("POST", "/a", "", {"content-type": "text/plain"}, body))
    server.platform.calls.finish(id, 404, {}, b"")
    form = fields(browser.get(f"{CALLS}/{id}/edit").text)
    new = new_call(server, browser.submit(f"{CALLS}/{id}/edit", {**form, "query": "a=b"}))
    assert new.sent
    assert (new.sent.content, new.sent.query) == (body, "a=b")


def test_what_is_hidden_is_not_sent_as_it_is_shown(browser: Browser, server: Server) -> None:
    body = b'{"password": "correct-horse-9", "name": "ada"}'
    id = server.platform.calls.begin(CallKind.API, Sent("POST", "/a", content=body))
    server.platform.calls.finish(id, 404, {}, b"")
    form = fields(browser.get(f"{CALLS}/{id}/edit").text)
    written = form["body"].replace("ada", "grace")
    answer = browser.submit(f"{CALLS}/{id}/edit", {**form, "body": written})
    assert answer.status == 400
    assert "put that in again" in answer.text
    assert "grace" in answer.text, "what somebody has written is not lost"
    written = written.replace("<hidden>", "another")
    new = new_call(server, browser.submit(f"{CALLS}/{id}/edit", {**form, "body": written}))
    assert new.resent_from == id


def test_what_is_changed_is_sent(browser: Browser, emulator: Emulator, server: Server) -> None:
    emulator.call("POST", PATIENTS, json=ADA)
    id = last_call(emulator)
    form = fields(browser.get(f"{CALLS}/{id}/edit").text)
    new = new_call(server, browser.submit(f"{CALLS}/{id}/edit", {**form, "method": "GET", "body": ""}))
    assert (new.status_code, new.sent and new.sent.method) == (200, "GET")


def test_what_cannot_be_sent_is_said_and_nothing_is_lost(browser: Browser, emulator: Emulator, server: Server) -> None:
    emulator.call("POST", PATIENTS, json=ADA)
    id = last_call(emulator)
    form = {**fields(browser.get(f"{CALLS}/{id}/edit").text), "path": "/_emulator/reset", "body": "mine"}
    answer = browser.submit(f"{CALLS}/{id}/edit", form)
    assert answer.status == 400
    assert fields(answer.text)["body"] == "mine"
    assert browser.submit(f"{CALLS}/nothing/resend", {}).status == 404


def test_what_nobody_sent_cannot_be_edited(browser: Browser, server: Server) -> None:
    calls = server.platform.calls
    id = calls.begin(CallKind.SCHEDULE, plugin="Plugin-gone")
    with calls.ending(id):
        pass
    page = browser.get(f"{CALLS}/{id}")
    assert page.status == 200
    assert "Edit and send" not in page.text
    assert browser.get(f"{CALLS}/{id}/edit").status == 200
    assert browser.submit(f"{CALLS}/{id}/resend", {}).status == 404


def test_an_anonymous_call_is_not_made_by_anybody_else(browser: Browser, server: Server) -> None:
    calls = server.platform.calls
    id = calls.begin(CallKind.API, Sent("GET", PATIENTS))
    calls.finish(id, 401, {}, b"{}")
    answer = browser.submit(f"{CALLS}/{id}/resend", {})
    assert answer.status in (303, 409)
    if answer.status == 303:
        assert new_call(server, answer).status_code == 401
