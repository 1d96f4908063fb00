from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.api_client.files import sources
from tests.framework.api_client.files.conftest import Storage, in_handler


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text", "upload needs the content as bytes, a pathlib.Path or a file that is open, not as a str"),
        (None, "upload needs the content as bytes, a pathlib.Path or a file that is open, not as a NoneType"),
        (
            bytearray(b"x"),
            "upload needs the content as bytes, a pathlib.Path or a file that is open, not as a bytearray",
        ),
        (io.StringIO("x"), 'upload needs a file that is open for reading bytes: open it with the mode "rb"'),
    ],
)
def test_what_is_no_content_is_refused_before_a_file_is_made(
    plugin: Plugin, storage: Storage, content: Any, message: str
) -> None:
    refused = in_handler(plugin, lambda biot: biot.upload("a", content, "text/plain"))
    assert (type(refused), str(refused)) == (TypeError, message)
    assert storage.platform.received == []


def test_a_path_that_is_not_there_is_said_before_a_file_is_made(
    plugin: Plugin, storage: Storage, tmp_path: Path
) -> None:
    refused = in_handler(plugin, lambda biot: biot.upload("a", tmp_path / "none", "text/plain"))
    assert type(refused) is FileNotFoundError
    assert storage.platform.received == []


class Shrinking(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) if size == 0 or self.tell() < 5 else b""


class Closing(io.BytesIO):
    seeks = 0

    def seek(self, position: int, whence: int = 0) -> int:
        self.seeks += 1
        if self.seeks > 1:
            raise ValueError("I/O operation on closed file")
        return super().seek(position, whence)


@pytest.mark.parametrize(
    ("file", "error", "message"),
    [
        (Shrinking(b"x" * 200_000), OSError, "the file has become shorter while it was sent"),
        (Closing(b"x"), ValueError, "I/O operation on closed file"),
    ],
)
def test_a_file_that_changes_while_it_is_sent(
    plugin: Plugin, storage: Storage, file: io.BytesIO, error: type[Exception], message: str
) -> None:
    failed = in_handler(plugin, lambda biot: biot.upload("a", file, "text/plain"))
    assert (type(failed), str(failed)) == (error, message)
    assert storage.stored == {}


def test_the_largest_file_has_as_many_parts_as_there_can_be() -> None:
    size = 5 * 1024**4
    ranges = sources._ranges(size)
    assert len(ranges) <= 10_000
    assert sum(part for _, part in ranges) == size
    assert max(part for _, part in ranges) < 5 * 1024**3
