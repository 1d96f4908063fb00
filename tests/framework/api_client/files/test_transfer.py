from __future__ import annotations

from typing import Any

import pytest

from biot_plugin import AccessDenied, Plugin, UnexpectedAnswer
from tests.framework.api_client.files.conftest import Storage, in_handler
from tests.framework.platform_server import Exchange, error, half, html

CONTENT = b"t,mV\n" * 200_000


def test_a_file_goes_there_and_back(plugin: Plugin, storage: Storage) -> None:
    def both(biot: Any) -> object:
        stored = biot.upload("ecg.csv", CONTENT, "text/csv")
        return stored, biot.download(stored.id)

    stored, found = in_handler(plugin, both)
    assert stored == found == ("f-1", "ecg.csv", "text/csv", CONTENT)
    assert repr(stored) == "<StoredFile f-1, 1000000 bytes>"
    made, put, asked, got = storage.platform.received
    assert (made.method, made.path, made.json) == (
        "POST",
        "/file/v1/files/upload",
        {"name": "ecg.csv", "mimeType": "text/csv"},
    )
    assert (asked.method, asked.path) == ("GET", "/file/v1/files/f-1/download")
    assert put.headers["content-type"] == "text/csv"
    for signed in (put, got):
        assert signed.path == "/signed/f-1?X-Amz-Signature=abc"
        assert "authorization" not in signed.headers, "the token would be shown to somebody else"
        assert "traceparent" not in signed.headers


@pytest.mark.slow
def test_a_transfer_that_breaks_off_is_tried_again(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [half, error(503, "SLOW_DOWN")]
    assert in_handler(plugin, lambda biot: biot.upload("a", b"1", "text/plain")).id == "f-1"
    assert list(storage.stored.values()) == [b"1"]


def test_a_transfer_that_is_refused_does_not_tell_the_signature(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [html(403)]
    refused = in_handler(plugin, lambda biot: biot.upload("a", b"1", "text/plain"))
    assert type(refused) is AccessDenied
    assert str(refused) == "PUT /signed/f-1: answered 403 without the error body of the platform"


def test_what_is_no_content_is_refused_before_a_file_is_made(plugin: Plugin, storage: Storage) -> None:
    refused = in_handler(plugin, lambda biot: biot.upload("a", "text", "text/plain"))
    assert type(refused) is TypeError
    assert str(refused) == ("upload needs the content as bytes, a pathlib.Path or a file that is open, not as a str")
    assert storage.platform.received == []


ADDRESSES = [
    "file:///etc/passwd",
    "http://127.0.0.1:port/",
    "http://",
    "http://storage\x00.example/",
    "http://storage.example/a b",
    "http://storage.example/\r\nx: y",
    "http://storage.example/é",
    "http://storage.example/\ud800",
    "http://[::1/",
]


@pytest.mark.parametrize("answer", [{"id": "f-1"}, *({"id": "f-1", "signedUrl": url} for url in ADDRESSES), [], None])
def test_an_answer_without_an_address_is_unexpected(plugin: Plugin, storage: Storage, answer: object) -> None:
    storage.platform.behaves(lambda exchange: exchange.answer(200, answer))
    assert type(in_handler(plugin, lambda biot: biot.upload("a", b"1", "text/plain"))) is UnexpectedAnswer


@pytest.mark.parametrize(
    ("memory", "largest"),
    [("128", 64), ("1024", 512), ("10240", 5120), (None, 512), ("", 512), ("-1", 512), ("x", 512)],
)
def test_a_file_may_have_half_of_the_functions_memory(
    plugin: Plugin, storage: Storage, monkeypatch: pytest.MonkeyPatch, memory: str | None, largest: int
) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", raising=False)
    if memory is not None:
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory)

    def announce(length: int) -> Any:
        def behave(exchange: Exchange) -> None:
            exchange.write(f"HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n".encode())
            exchange.break_off()

        return behave

    storage.faults = [announce(largest * 1024 * 1024 + 1)]
    refused = in_handler(plugin, lambda biot: biot.download("f-1"))
    assert type(refused) is UnexpectedAnswer
    assert str(refused) == f"GET /signed/f-1: answered 200 with more than {largest} MB"
