from __future__ import annotations

import time

import pytest

from biot_emulator.page.errors import Refused
from biot_emulator.page.requests import Request
from biot_emulator.page.signing_in.sessions import Session, Sessions, Tokens

HOST = {"host": "127.0.0.1:8787"}


def start(sessions: Sessions) -> tuple[Session, Request]:
    session, (_, header) = sessions.start("ada", Tokens("a", "r"), Request("GET", "/", HOST))
    return session, Request("GET", "/", {**HOST, "cookie": f"other=1; {header.partition(';')[0]}"})


def test_a_session_is_found_by_its_cookie_until_it_ends() -> None:
    sessions = Sessions()
    session, request = start(sessions)
    assert sessions.find(request) is session
    assert sessions.find(Request("GET", "/", HOST)) is None
    assert sessions.find(Request("GET", "/", {**request.headers, "host": "127.0.0.1:1"})) is None
    assert "Max-Age=0" in sessions.end(request)[1]
    assert sessions.find(request) is None


def test_a_session_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions()
    _, request = start(sessions)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11 * 3600)
    assert sessions.find(request)
    monkeypatch.setattr(time, "time", lambda: now + 22 * 3600)
    assert sessions.find(request), "it lasts as long as it is used"
    monkeypatch.setattr(time, "time", lambda: now + 35 * 3600)
    assert sessions.find(request) is None


def test_the_oldest_sessions_make_room() -> None:
    sessions = Sessions()
    requests = [start(sessions)[1] for _ in range(101)]
    assert sessions.find(requests[0]) is None
    assert all(sessions.find(request) for request in requests[1:])


def test_a_form_needs_the_sessions_token() -> None:
    session, _ = start(Sessions())
    session.check_form(Request("POST", "/", form={"form-token": session.form_token}))
    session.check_form(Request("POST", "/", {"x-form-token": session.form_token}))
    for token in ("", "x", session.form_token[:-1], "\u00e9"):
        with pytest.raises(Refused):
            session.check_form(Request("POST", "/", form={"form-token": token}))


def test_what_is_told_is_told_once() -> None:
    session, _ = start(Sessions())
    session.tell("done")
    assert session.take_messages() == [("done", "done")]
    assert session.take_messages() == []
