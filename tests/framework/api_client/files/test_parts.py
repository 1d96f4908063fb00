"""Uploads of what is too large for one request: part by part, and nothing left where one fails."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from biot_plugin import AccessDenied, PlatformFailed, Plugin, StreamedFile, UnexpectedAnswer
from biot_plugin.api_client.files import parts, sources
from biot_plugin.testing import Context, events
from tests.framework.api_client.files.conftest import Storage, in_handler
from tests.framework.platform_server import Exchange, error, half, html

CONTENT = bytes(range(256)) * 10
PARTS = "/file/v1/files/upload/parts"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PART_BYTES", 1000)
    monkeypatch.setattr(sources, "STREAM_PART_BYTES", 1000)


class Pipe(io.RawIOBase):
    """A stream that is read once, and a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(min(size, 300))


def in_order(storage: Storage) -> bytes:
    return b"".join(storage.stored[f"/signed/f-1/{number}"] for number in range(1, len(storage.stored) + 1))


def test_a_file_in_parts(plugin: Plugin, storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "ecg.csv"
    path.write_bytes(CONTENT)
    stored = in_handler(plugin, lambda biot: biot.upload("ecg.csv", path, "text/csv"))
    assert stored == StreamedFile("f-1", "ecg.csv", "text/csv", len(CONTENT))
    assert repr(stored) == "<StreamedFile f-1, 2560 bytes>"
    assert in_order(storage) == CONTENT
    [(create, created), (complete, completed)] = storage.calls
    assert (create, created) == (f"POST {PARTS}", {"name": "ecg.csv", "mimeType": "text/csv", "parts": 3})
    assert complete == f"POST {PARTS}/f-1/complete"
    assert [part["partNumber"] for part in completed["parts"]] == [1, 2, 3]
    assert all(part["etag"] for part in completed["parts"])
    for received in storage.platform.received:
        if received.path.startswith("/signed"):
            assert "authorization" not in received.headers
            assert "traceparent" not in received.headers


def test_bytes_an_open_file_and_a_stream_in_parts(plugin: Plugin, storage: Storage) -> None:
    assert in_handler(plugin, lambda biot: biot.upload("a", CONTENT, "text/plain")).content == CONTENT
    assert in_order(storage) == CONTENT
    for file in (io.BytesIO(b"skipped" + CONTENT), Pipe(CONTENT)):
        storage.stored.clear()
        if isinstance(file, io.BytesIO):
            file.seek(7)
        stored = in_handler(plugin, lambda biot, file=file: biot.upload("a", file, "text/plain"))
        assert stored.size == len(CONTENT)
        assert in_order(storage) == CONTENT


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
def test_what_fits_is_sent_at_once(plugin: Plugin, storage: Storage, tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT[:size])
    for content in (path, Pipe(CONTENT[:size]), CONTENT[:size]):
        in_handler(plugin, lambda biot, content=content: biot.upload("a", content, "text/plain"))
        assert storage.stored == {"/signed/f-1": CONTENT[:size]}


def test_more_urls_are_requested_as_they_are_needed(
    plugin: Plugin, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_BATCH", 2)
    for content, last in ((io.BytesIO(CONTENT), 3), (Pipe(CONTENT), 4)):
        storage.calls.clear()
        in_handler(plugin, lambda biot, content=content: biot.upload("a", content, "text/plain"))
        assert in_order(storage) == CONTENT
        requested = [body for call, body in storage.calls if not call.endswith("complete")]
        assert [body.get("parts") for body in requested] == [2, None]
        assert requested[1] == {"fromPart": 3, "toPart": last}


@pytest.mark.slow
def test_a_part_that_breaks_off_is_sent_again_alone(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [None, half, error(503, "SLOW_DOWN"), None]
    in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert in_order(storage) == CONTENT
    puts = [received.path.partition("?")[0] for received in storage.platform.received if received.method == "PUT"]
    assert puts == [f"/signed/f-1/{number}" for number in (1, 2, 2, 2, 3)]


def test_a_url_that_has_expired_is_replaced(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [None, html(403)]
    in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert in_order(storage) == CONTENT
    assert (f"POST {PARTS}/f-1", {"fromPart": 2, "toPart": 2}) in storage.calls


def cancelled(storage: Storage) -> bool:
    return any(call == f"DELETE {PARTS}/f-1/cancel" for call, _ in storage.calls)


def test_an_upload_that_fails_is_cancelled(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [None, html(403), html(403)]
    failed = in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert type(failed) is AccessDenied
    assert cancelled(storage)


class Breaking(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= 1500:
            raise OSError("the disk is gone")
        return super().read(size)


def test_a_file_that_cannot_be_read_is_its_own_error(plugin: Plugin, storage: Storage) -> None:
    failed = in_handler(plugin, lambda biot: biot.upload("a", Breaking(CONTENT), "text/plain"))
    assert (type(failed), str(failed)) == (OSError, "the disk is gone")
    assert cancelled(storage)


def test_a_cancellation_that_fails_is_logged(
    plugin: Plugin, storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    def behave(exchange: Exchange) -> None:
        if exchange.received.path.endswith("/cancel"):
            return exchange.answer(403, {"code": "ACCESS_DENIED", "message": "no"})
        return storage(exchange)

    storage.platform.behaves(behave)
    storage.faults = [html(400)]
    failed = in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert failed.status == 400
    assert "An upload was left incomplete: DELETE /file/v1/files/upload/parts/f-1/cancel" in capsys.readouterr().out


def test_a_completion_that_fails_is_cancelled(plugin: Plugin, storage: Storage) -> None:
    def behave(exchange: Exchange) -> None:
        if exchange.received.path.endswith("/complete"):
            return exchange.answer(500, {"code": "INTERNAL_SERVER_ERROR", "message": "no"})
        return storage(exchange)

    storage.platform.behaves(behave)
    failed = in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert type(failed) is PlatformFailed
    assert cancelled(storage)


def test_another_digest_or_none_is_a_failure(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [lambda exchange: exchange.answer(200, etag=f'"{"0" * 32}"')]
    failed = in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert type(failed) is UnexpectedAnswer
    assert str(failed) == "PUT /signed/f-1/1: answered 200 with an ETag that is not the digest of the content"
    storage.etags = False
    failed = in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert str(failed) == "PUT /signed/f-1/1: answered 200 without an ETag"


@pytest.mark.parametrize("urls", [None, [], [7], [{"partNumber": 2}], [{"partNumber": 1, "signedUrl": 7}]])
def test_an_answer_without_the_url_of_a_part_is_unexpected(plugin: Plugin, storage: Storage, urls: Any) -> None:
    def behave(exchange: Exchange) -> None:
        if exchange.received.method == "DELETE":
            return storage(exchange)
        return exchange.answer(200, {"id": "f-1", "signedUrls": urls})

    storage.platform.behaves(behave)
    failed = in_handler(plugin, lambda biot: biot.upload("a", io.BytesIO(CONTENT), "text/plain"))
    assert type(failed) is UnexpectedAnswer
    assert str(failed).endswith("answered 200, without the signedUrl of part 1")
    assert cancelled(storage)


def test_an_upload_ends_with_the_invocation_and_is_cancelled_before(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [None, lambda exchange: storage.platform.wait(20)]
    results: list[BaseException] = []

    @plugin.scheduled("0 0 * * ? *")
    def run(event: Any) -> None:
        try:
            event.biot.upload("a", io.BytesIO(CONTENT), "text/plain")
        except Exception as error:
            results.append(error)

    plugin.handler(events.scheduled(), Context(timeout=2))
    assert type(results[0]).__name__ == "PlatformTimeout"
    assert cancelled(storage)
