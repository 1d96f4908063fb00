"""Downloads into files: all of the content, or what was there before."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from biot_plugin import NotFound, PlatformUnreachable, Plugin, StreamedFile, UnexpectedAnswer
from tests.framework.api_client.files.conftest import Storage, in_handler
from tests.framework.platform_server import Exchange, html

CONTENT = b"t,mV\n" * 50_000
FOUND = StreamedFile("f-1", "ecg.csv", "text/csv", len(CONTENT))


@pytest.fixture(autouse=True)
def content(storage: Storage) -> None:
    storage.stored["/signed/f-1"] = CONTENT


def half(exchange: Exchange) -> None:
    exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    exchange.break_off()


def with_etag(digest: str, **headers: str) -> Any:
    return lambda exchange: exchange.answer(200, CONTENT, etag=f'"{digest}"', **headers)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_has_the_content(plugin: Plugin, tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "ecg.csv"
    path.write_text("before")
    assert in_handler(plugin, lambda biot: biot.download("f-1", to=kind(path))) == FOUND
    assert path.read_bytes() == CONTENT
    assert [*tmp_path.iterdir()] == [path]


def test_an_open_file_has_the_content_where_it_stood(plugin: Plugin) -> None:
    file = io.BytesIO(b"before")
    file.seek(6)
    assert in_handler(plugin, lambda biot: biot.download("f-1", to=file)) == FOUND
    assert file.getvalue() == b"before" + CONTENT


class Slow(io.RawIOBase):
    """A file that takes a few bytes at a time, and cannot be rewound."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.content += bytes(piece[:1000])
        return min(len(piece), 1000)


class Bare:
    """What has a `write` and little else, which says nothing."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, piece: Any) -> None:
        self.content += bytes(piece)

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("kind", [Slow, Bare])
def test_whatever_can_be_written_to_has_the_content(plugin: Plugin, kind: Any) -> None:
    target = kind()
    assert in_handler(plugin, lambda biot: biot.download("f-1", to=target)) == FOUND
    assert target.content == CONTENT


@pytest.mark.slow
def test_a_download_that_breaks_off_begins_again(plugin: Plugin, storage: Storage, tmp_path: Path) -> None:
    for target in (tmp_path / "file", io.BytesIO()):
        storage.faults = [half, half]
        assert in_handler(plugin, lambda biot, target=target: biot.download("f-1", to=target)) == FOUND
        content = target.getvalue() if isinstance(target, io.BytesIO) else target.read_bytes()
        assert content == CONTENT


def test_a_target_that_cannot_be_rewound_is_not_written_twice(plugin: Plugin, storage: Storage) -> None:
    storage.faults = [half]
    target = Slow()
    failed = in_handler(plugin, lambda biot: biot.download("f-1", to=target))
    assert type(failed) is io.UnsupportedOperation
    assert str(failed) == "the download broke off, and its target cannot be rewound: pass a path"
    assert target.content == b"half"


class Full(io.BytesIO):
    def write(self, piece: Any) -> int:
        raise OSError("no space left")


class Stuck(io.BytesIO):
    def truncate(self, size: int | None = None) -> int:
        raise OSError("stuck")


def test_a_target_that_cannot_be_written_is_its_own_error(plugin: Plugin, storage: Storage) -> None:
    failed = in_handler(plugin, lambda biot: biot.download("f-1", to=Full()))
    assert (type(failed), str(failed)) == (OSError, "no space left")
    storage.faults = [half]
    failed = in_handler(plugin, lambda biot: biot.download("f-1", to=Stuck()))
    assert (type(failed), str(failed)) == (OSError, "stuck")


@pytest.mark.slow
def test_a_path_stays_as_it_was_where_the_download_fails(plugin: Plugin, storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    failures: list[tuple[list[Any], type]] = [
        ([html(404)], NotFound),
        ([half] * 4, PlatformUnreachable),
        ([with_etag("0" * 32)], UnexpectedAnswer),
    ]
    for faults, error in failures:
        storage.faults = list(faults)
        assert type(in_handler(plugin, lambda biot: biot.download("f-1", to=path))) is error
        assert [(file, file.read_text()) for file in tmp_path.iterdir()] == [(path, "before")]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (7, "download needs a path or a file that is open, not a int, to write to"),
        (io.StringIO(), 'download needs a file that is open for writing bytes: open it with the mode "wb"'),
    ],
)
def test_what_is_no_target_is_refused_before_a_call(
    plugin: Plugin, storage: Storage, target: Any, message: str
) -> None:
    refused = in_handler(plugin, lambda biot: biot.download("f-1", to=target))
    assert (type(refused), str(refused)) == (TypeError, message)
    assert storage.platform.received == []


def test_a_folder_is_refused_before_a_call(plugin: Plugin, storage: Storage, tmp_path: Path) -> None:
    assert type(in_handler(plugin, lambda biot: biot.download("f-1", to=tmp_path))) is IsADirectoryError
    assert type(in_handler(plugin, lambda biot: biot.download("f-1", to=tmp_path / "a" / "b"))) is FileNotFoundError
    assert storage.platform.received == []


def test_the_digest_of_what_arrives_is_checked(plugin: Plugin, storage: Storage) -> None:
    right, encrypted = hashlib.md5(CONTENT).hexdigest(), {"x-amz-server-side-encryption": "aws:kms"}
    for fault in (with_etag(right), with_etag("0" * 32, **encrypted), with_etag("0" * 32 + "-2")):
        storage.faults = [fault, fault]
        assert in_handler(plugin, lambda biot: biot.download("f-1", to=io.BytesIO())) == FOUND
        assert in_handler(plugin, lambda biot: biot.download("f-1")).content == CONTENT
    for to in ({}, {"to": io.BytesIO()}):
        storage.faults = [with_etag("0" * 32)]
        failed = in_handler(plugin, lambda biot, to=to: biot.download("f-1", **to))
        assert type(failed) is UnexpectedAnswer


def test_an_error_is_read_into_memory_within_its_limit(plugin: Plugin, storage: Storage) -> None:
    def announce(exchange: Exchange) -> None:
        exchange.write(b"HTTP/1.1 500 NO\r\ncontent-length: 99999999999\r\n\r\n")
        exchange.break_off()

    storage.faults = [announce]
    failed = in_handler(plugin, lambda biot: biot.download("f-1", to=io.BytesIO()))
    assert str(failed) == "GET /signed/f-1: answered 500 with more than 64 MB"


def test_an_async_handler_downloads_in_a_thread(plugin: Plugin, tmp_path: Path) -> None:
    import asyncio

    from biot_plugin.testing import Context, events

    @plugin.scheduled("0 0 * * ? *")
    async def run(event: Any) -> None:
        await asyncio.to_thread(event.biot.download, "f-1", to=tmp_path / "file")

    plugin.handler(events.scheduled(), Context(timeout=10))
    assert (tmp_path / "file").read_bytes() == CONTENT
