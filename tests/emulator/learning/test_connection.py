"""The connection of a run: encrypted, patient with what was sent, and deaf to nothing but the end."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from biot_emulator.http.certificates import trust
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import AddressRefused, CannotObserve, ConnectionLost, RunStopped
from tests.http_servers import JoiningServer

Answer = Callable[[str, str, dict[str, str]], tuple[int, Any]]
LOGIN = (200, {"accessJwt": {"token": "the-token"}})


@contextmanager
def platform(answer: Answer, authority: trustme.CA | None = None) -> Iterator[str]:
    """A server that answers with status and JSON: method, path and headers decide."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = answer(self.command, self.path, headers)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = JoiningServer(("127.0.0.1", 0), Handler)
    if authority:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http{'s' if authority else ''}://{'localhost' if authority else '127.0.0.1'}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def connection(url: str, certificates: ssl.SSLContext | None = None) -> Connection:
    return Connection(url, ("ada", "password"), certificates, threading.Event())


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_password_is_sent_where_the_certificate_is_trusted(tmp_path: Path, is_trusted: bool) -> None:
    authority, other, received = trustme.CA(), trustme.CA(), list[str]()

    def answer(method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        received.append(headers.get("authorization", ""))
        return LOGIN

    (authority if is_trusted else other).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with platform(answer, authority) as url:
        caller = connection(url, trust(tmp_path / "ca.pem"))
        if is_trusted:
            caller.log_in()
            caller.call("GET", "/x")
            assert received == ["", "Bearer the-token"]
        else:
            with pytest.raises(ConnectionLost, match="did not respond"):
                caller.log_in()
            assert received == []


def test_it_logs_in_again_once_the_token_has_ended() -> None:
    calls: list[str] = []

    def answer(method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        calls.append(f"{method} {path}")
        if "login" in path:
            return LOGIN
        return (401, {}) if len(calls) < 3 else (200, {"ok": True})

    with platform(answer) as url:
        caller = connection(url)
        caller.log_in()
        assert caller.call("GET", "/x").body == {"ok": True}
    assert calls == ["POST /ums/v2/users/login", "GET /x", "POST /ums/v2/users/login", "GET /x"]


def test_a_search_reads_every_page_however_large_they_are() -> None:
    def answer(method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        request = json.loads(parse_qs(urlsplit(path).query)["searchRequest"][0])
        page = request["page"]
        data = [{"n": 3 * page + n} for n in range(3)] if page < 4 else []
        return 200, {"data": data, "metadata": {}}

    with platform(answer) as url:
        assert connection(url).search("/x", {}) == [{"n": n} for n in range(12)]


@pytest.mark.parametrize("reply", [(200, []), (200, {"data": {}}), (200, None), (403, {"code": "ACCESS_DENIED"})])
def test_what_is_no_page_is_said(reply: tuple[int, Any]) -> None:
    with platform(lambda *_: reply) as url, pytest.raises(CannotObserve, match=r"^GET /x failed with"):
        connection(url).search("/x", {})


def test_no_words_of_the_platform_control_the_terminal() -> None:
    reply = (403, {"code": "X", "message": "\x1b[2J\nbad\u202e"})
    with platform(lambda *_: reply) as url, pytest.raises(CannotObserve) as refused:
        connection(url).search("/x", {})
    assert str(refused.value) == "GET /x failed with 403: X \\x1b[2J\\nbad\\u202e"


def test_an_api_that_there_is_not_is_none() -> None:
    with platform(lambda *_: (404, {})) as url:
        assert connection(url).search("/x", {}) is None


def test_nothing_is_sent_once_the_end_is_asked_for_but_what_removes_things() -> None:
    calls: list[str] = []

    def answer(method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        calls.append(path)
        return 200, {}

    with platform(answer) as url:
        stop = threading.Event()
        caller = Connection(url, ("ada", "password"), None, stop)
        stop.set()
        for work in (lambda: caller.call("GET", "/x"), lambda: caller.wait(60), caller.check_stop):
            with pytest.raises(RunStopped):
                work()
        caller.ignore_stop()
        caller.call("DELETE", "/x")
        caller.wait(0)
    assert calls == ["/x"]


def test_a_probes_address_never_sees_the_token() -> None:
    received: list[dict[str, str]] = []

    def answer(method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        received.append(headers)
        return LOGIN

    with platform(answer) as url:
        caller = connection(url)
        caller.log_in()
        caller.call_outside(f"{url}/_functions/abc/", "/report", {"x-probe-key": "key"})
        assert "authorization" not in received[-1]
        assert received[-1]["x-probe-key"] == "key"
        with pytest.raises(AddressRefused):
            caller.call_outside("http://example.org/", "/report", {})
