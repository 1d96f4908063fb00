from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable

import pytest

from biot_plugin import Plugin
from biot_plugin.callers.key_service import KeysUnavailable, fetch_keys
from biot_plugin.testing import Context, Signer
from tests.framework.callers.target import (
    JSON,
    PATIENTS,
    Target,
    direct,
    pre,
)
from tests.framework.conftest import spki
from tests.framework.platform_server import Exchange, PlatformServer


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"publicKey": 7}'),
        (200, b'{"publicKey": "bm90IGEga2V5"}'),
        (200, b""),
        (302, b""),
        (200, b"[" * 100_000),
        (200, b'{"publicKey": "' + b"A" * 1024 * 1024 + b'"}'),
    ],
)
def test_without_a_key_nobody_is_verified(
    monkeypatch: pytest.MonkeyPatch, target: Target, signer: Signer, answer: tuple[int, bytes]
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(target.plugin.keys, "_clock", lambda: now)
    target.service.answer = answer
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")
    assert target.send(direct(signer.user_token())) == (401, "JWT_ERROR")
    assert target.called == []
    assert target.service.requests == 1, "a second attempt a moment later would be the start of a hammering"


BAD_KEYS = ["", "%", "bm90IGEga2V5", 7, None, [], {}, "é", "A" * 1000]


@pytest.mark.parametrize("bad", BAD_KEYS)
@pytest.mark.parametrize(
    ("good_name", "bad_name"), [("publicKey", "previousPublicKey"), ("previousPublicKey", "publicKey")]
)
def test_a_key_that_cannot_be_used_does_not_take_the_other_with_it(
    target: Target, signer: Signer, good_name: str, bad_name: str, bad: object
) -> None:
    target.service.answer = (200, json.dumps({good_name: spki(signer), bad_name: bad}).encode())
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (200, None)


@pytest.mark.parametrize("bad", BAD_KEYS)
def test_two_keys_that_cannot_be_used_are_none(target: Target, signer: Signer, bad: object) -> None:
    target.service.answer = (200, json.dumps({"publicKey": bad, "previousPublicKey": bad}).encode())
    assert target.send(pre(signer.token("PLUGIN_INTERCEPTOR"))) == (400, "JWT_ERROR")


def test_a_platform_that_cannot_be_reached_is_logged(
    monkeypatch: pytest.MonkeyPatch, signer: Signer, log: Callable[[], list[JSON]]
) -> None:
    for base_url in ("http://127.0.0.1:9", "ftp://x", "nonsense", None):
        monkeypatch.delenv("BIOT_BASE_URL", raising=False)
        if base_url:
            monkeypatch.setenv("BIOT_BASE_URL", base_url)
        plugin = Plugin()
        plugin.pre_request(PATIENTS)(lambda event: None)
        assert plugin.handler(pre(signer.token("PLUGIN_INTERCEPTOR")), Context())["statusCode"] == 400
        record = log()[-1]
        assert "the platform's public key is not available" in record["message"]
        assert record["cause"]


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 200000000000\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffff\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 2 * 1024 * 1024,
    ],
)
def test_a_response_that_has_no_end_is_not_a_key(monkeypatch: pytest.MonkeyPatch, signer: Signer, text: bytes) -> None:
    def serve(listener: socket.socket) -> None:
        caller, _ = listener.accept()
        with caller, contextlib.suppress(OSError):
            caller.recv(65536)
            caller.sendall(text)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("BIOT_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        plugin = Plugin()
        plugin.pre_request(PATIENTS)(lambda event: None)
        reply = plugin.handler(pre(signer.token("PLUGIN_INTERCEPTOR")), Context())
        thread.join()
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (400, "JWT_ERROR")


@pytest.mark.parametrize(
    ("status", "headers", "retry_after"),
    [
        (429, {"retry_after": "7"}, 7),
        (503, {"retry_after": "7"}, 7),
        (429, {"retry_after": "86400"}, 30),
        (429, {"retry_after": "Fri, 27 Nov 2026 12:00:00 GMT"}, 0),
        (503, {}, 0),
        (403, {"retry_after": "7"}, None),
    ],
)
def test_a_platform_in_trouble_says_when_to_come_again(
    status: int, headers: dict[str, str], retry_after: float | None
) -> None:
    class Busy(PlatformServer):
        def handle(self, exchange: Exchange) -> None:
            exchange.answer(status, {}, **headers)

    platform = Busy()
    try:
        with pytest.raises(KeysUnavailable, match=f"answered {status}") as error:
            fetch_keys(platform.base_url)
    finally:
        platform.close()
    assert error.value.retry_after == retry_after
