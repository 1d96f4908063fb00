"""The client of the emulated platform."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from biot_emulator import client as client_module
from biot_emulator.client import CallRefused, Client, InvalidAddress, ReplyTooLarge

OK = b"HTTP/1.1 200 OK\r\n"
LIMIT = 100_000


@pytest.fixture
def respond(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], Client]]:
    """Answer the next call of a client with these bytes."""
    monkeypatch.setattr(client_module, "_MAX_BYTES", LIMIT)
    threads: list[threading.Thread] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(text: bytes) -> None:
        caller, _ = listener.accept()
        with caller:
            caller.recv(65536)
            caller.sendall(text)

    def respond(text: bytes) -> Client:
        threads.append(threading.Thread(target=serve, args=(text,)))
        threads[-1].start()
        return Client(f"http://127.0.0.1:{listener.getsockname()[1]}")

    yield respond
    for thread in threads:
        thread.join()
    listener.close()


@pytest.mark.parametrize("url", ["https://api.example.com", "api.example.com", "", "file:///etc/passwd", "//x"])
def test_nothing_is_sent_in_the_open_that_should_be_encrypted(url: str) -> None:
    with pytest.raises(InvalidAddress, match="make it http://HOST:PORT"):
        Client(url)


@pytest.mark.parametrize(
    "text",
    [
        OK + b"content-length: 200000000000\r\n\r\n{}",
        OK + b"connection: close\r\n\r\n" + b" " * (LIMIT + 1),
        OK + b"transfer-encoding: chunked\r\n\r\nffffffffff\r\n" + b" " * (LIMIT + 1),
    ],
)
def test_a_response_that_is_too_large_is_refused(respond: Callable[[bytes], Client], text: bytes) -> None:
    with pytest.raises(ReplyTooLarge, match=r"^GET /x was answered with more than"):
        respond(text).call("GET", "/x?secret")


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"accessJwt": None}, {"accessJwt": "x"}, {"accessJwt": {"token": 7}}]
    + [{"accessJwt": {"token": token}} for token in ("", "secret\r\nx: y", "sécret")],
)
def test_a_log_in_without_a_usable_token_is_refused(respond: Callable[[bytes], Client], body: object) -> None:
    content = json.dumps(body).encode()
    with pytest.raises(CallRefused) as error:
        respond(OK + b"content-length: %d\r\n\r\n" % len(content) + content).log_in("ada", "password")
    assert "cret" not in str(error.value)


def test_a_body_of_any_form_is_read(respond: Callable[[bytes], Client]) -> None:
    forms = [
        OK + b"content-length: 2\r\n\r\n{}",
        OK + b"connection: close\r\n\r\n{}",
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 204 X\r\n\r\n",
    ]
    assert [respond(text).call("GET", "/x").body for text in forms] == [{}, {}, {}, None]
