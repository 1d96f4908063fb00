"""A thread that stays with a connection, on real ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from biot_emulator.server.plain import stays
from biot_emulator.server.plain.stays import Stay

REQUEST = b"POST /path HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b"


@contextmanager
def staying() -> Iterator[tuple[Stay, socket.socket]]:
    """A stay with one end of a connection, as the loop leaves it, and the caller's end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.create_connection(server.getsockname())
        connection, _ = server.accept()
    connection.setblocking(False)
    stay = Stay(connection, tuple, lambda: True)
    try:
        yield stay, caller
    finally:
        stay.leave()
        connection.close()
        caller.close()


def send(stay: Stay, body: bytes) -> bool:
    return stay.send(200, [(b"content-length", b"%d" % len(body))], body)


def test_a_thread_waits_for_nobody_who_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays, "_SECONDS", 3600.0)
    body = b"x" * 16 * 1024 * 1024
    with staying() as (stay, _):
        # As soon as there is no room for any of it, all of it is the loop's to send.
        while stay.unsent is None or len(stay.unsent) < len(body):
            thread = threading.Thread(target=send, args=(stay, body), daemon=True)
            thread.start()
            thread.join(30)
            assert not thread.is_alive()


def test_a_request_that_is_too_long_to_be_read_at_once_is_read_whole() -> None:
    body = bytes(range(256)) * 250
    with staying() as (stay, caller):
        assert send(stay, b"{}")
        whole = REQUEST % (len(body), body)
        sending = threading.Thread(target=caller.sendall, args=(whole,))
        sending.start()
        request = stay.next_request(lambda _: True)
        sending.join()
    assert request is not None
    assert (request[0].path, request[1]) == (b"/path", body)


def test_whoever_ends_the_stay_wakes_up_a_thread_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays, "_SECONDS", 3600.0)
    with staying() as (stay, _):
        thread = threading.Thread(target=stay.next_request, args=(lambda _: True,), daemon=True)
        thread.start()
        while stay.idle_since is None:
            pass
        stay.end()
        thread.join(30)
        assert not thread.is_alive()
        assert (stay.unread, send(stay, b"{}"), len(stay.unsent or b"") > 0) == (b"", True, True)
