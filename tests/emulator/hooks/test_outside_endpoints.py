"""Plugins in an account of their own: called over HTTP at whatever address they have."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from biot_emulator.hooks import outside_endpoints
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS

CREATE = f"POST{PATIENTS}"
Answer = Callable[[dict[str, Any]], tuple[int, bytes]]


@contextmanager
def own_account(answer: Answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve a plugin; give its address, and the requests that it got."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.append({"path": self.path, "headers": headers, "body": json.loads(content)})
            status, body = answer(requests[-1]["body"])
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", requests
        finally:
            server.shutdown()
            thread.join()


def subscribe(emulator: Emulator, endpoint: str, type: str = "PRE_REQUEST") -> None:
    body = {"type": type, "apiId": CREATE, "endpoint": endpoint}
    assert emulator.call("POST", "/dispatcher/v1/hooks/interceptions/subscribe", json=body).status_code == 201


def test_an_interceptor_gets_the_plain_request_and_no_envelope(emulator: Emulator) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, bytes]:
        body["request"]["body"]["seen"] = True
        return 200, json.dumps({"request": body["request"]}).encode()

    with own_account(answer) as (address, requests):
        subscribe(emulator, f"{address}/hooks?tenant=1")
        assert emulator.call("POST", PATIENTS, json=ADA).body["seen"] is True
    [request] = requests
    assert request["path"] == "/hooks?tenant=1"
    assert request["headers"]["hooktype"] == "INTERCEPTOR_PRE"
    assert request["headers"]["content-type"] == "application/json"
    assert request["headers"]["authorization"].startswith("Bearer eyJ")
    assert request["headers"]["traceparent"]
    assert request["body"]["apiId"] == CREATE
    assert set(request["body"]["request"]) == {"body", "path", "queryParameters", "headers", "pathVariables"}


def test_a_notification_is_posted_with_its_token_in_the_body(emulator: Emulator) -> None:
    with own_account(lambda _: (500, b"")) as (address, requests):
        body = {"entityTypeName": "patient", "actionName": "_create", "endpoint": address}
        assert emulator.call("POST", "/dispatcher/v1/hooks/notifications/subscribe", json=body).status_code == 201
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
        assert emulator.wait_for_notifications()
    [request] = requests
    assert request["headers"]["hooktype"] == "NOTIFICATION"
    assert "authorization" not in request["headers"]
    assert request["body"]["jwt"].startswith("eyJ")


def test_a_refusal_is_relayed(emulator: Emulator) -> None:
    with own_account(lambda _: (409, b'{"code": "TWINS"}')) as (address, _):
        subscribe(emulator, address)
        reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body) == (409, {"code": "TWINS"})
    assert emulator.search(PATIENTS) == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "http://a..b"])
def test_what_cannot_be_called_counts_as_a_crash(emulator: Emulator, endpoint: str) -> None:
    subscribe(emulator, endpoint)
    reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body["details"]) == (502, {"failure": "crash"})
    assert endpoint in reply.body["message"]


def test_what_takes_too_long_counts_as_a_timeout(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_endpoints, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        subscribe(emulator, f"http://127.0.0.1:{silent.getsockname()[1]}")
        reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body["details"]) == (502, {"failure": "timeout"})
