from __future__ import annotations

import base64
import hashlib
import socket
from urllib.parse import urlsplit

import pytest

from biot_emulator.services.files import signed_urls
from biot_emulator.testing import Emulator
from tests.emulator.server.raw import read_all
from tests.emulator.services.files.contents import CSV, FILES, send, url_of


def new_url(emulator: Emulator) -> str:
    url: str = emulator.call("POST", f"{FILES}/upload", json=CSV).body["signedUrl"]
    return url


def test_a_content_is_checked_against_its_digest(emulator: Emulator) -> None:
    url, digest = new_url(emulator), base64.b64encode(hashlib.md5(b"right").digest()).decode()
    wrong = send("PUT", url, b"wrong", content_md5=digest)
    assert (wrong.status, wrong.code) == (400, "BAD_REQUEST")
    assert send("PUT", url, b"right", content_md5=digest).status == 200
    assert send("PUT", url, b"right", content_md5="é").status == 400


def test_a_content_without_a_length_is_refused(emulator: Emulator) -> None:
    target = urlsplit(new_url(emulator))
    head = f"PUT {target.path}?{target.query} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    with socket.create_connection((target.hostname, target.port or 0), timeout=20) as connection:
        connection.sendall(head.encode() + b"1\r\nx\r\n0\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 411 ")


def test_a_content_has_the_length_that_the_url_says(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_urls, "MOST_BYTES", 10)
    url = new_url(emulator)
    large = send("PUT", url, b"x" * 11)
    assert (large.status, large.code) == (413, "PAYLOAD_TOO_LARGE")
    assert send("PUT", url, b"x" * 10).status == 200
    id = urlsplit(url).path.rpartition("/")[2]
    assert send("GET", url_of(emulator, id)).content == b"x" * 10
