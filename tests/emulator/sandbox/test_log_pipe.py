"""The log of a plugin's processes, whatever they write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import pytest

from biot_emulator.invocations.redaction import Redaction
from biot_emulator.sandbox.log_pipe import LogPipe

TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJleHAiOjE3fQ.c2lnbmF0dXJl"
SECRET = "the-secret-key-of-the-service-user"
_LINE = 256 * 1024


@pytest.fixture
def pipe() -> Iterator[LogPipe]:
    pipe = LogPipe()
    yield pipe
    pipe.close()


def written(pipe: LogPipe, chunks: Iterable[bytes]) -> list[str]:
    for chunk in chunks:
        for start in range(0, len(chunk), 32_768):
            os.write(pipe.writer, chunk[start : start + 32_768])
            pipe.drain()
    return pipe.take()


def test_lines_are_as_they_were_written(pipe: LogPipe) -> None:
    assert written(pipe, [b"one\ntw", b"o\n\nthree", b""]) == ["one", "two", "", "three"]
    assert written(pipe, [b"four\n"]) == ["four"]


def test_a_line_that_comes_byte_by_byte_is_one(pipe: LogPipe) -> None:
    assert written(pipe, (b"x" for _ in range(100_000))) == ["x" * 100_000]


def test_a_line_without_end_is_cut_once(pipe: LogPipe) -> None:
    lines = written(pipe, [*[b"word " * 100_000] * 20, b"\nnext\n"])
    assert len(lines) == 2
    assert lines[0].endswith("word ... line cut at 256 KB ...")
    assert len(lines[0]) < _LINE + 100
    assert lines[1] == "next"


@pytest.mark.parametrize("secret", [TOKEN, f"Bearer {SECRET}", f"password={SECRET}", SECRET])
@pytest.mark.parametrize("filler", ["x ", "x"])
def test_no_secret_comes_through_where_a_line_is_cut(secret: str, filler: str) -> None:
    for shift in range(0, len(secret) + 2, 3):
        pipe = LogPipe()
        before = (filler * _LINE)[: _LINE - shift - 1] + " "
        lines = written(pipe, [f"{before}{secret} {filler * 50_000}\n".encode()])
        pipe.close()
        shown = "".join(Redaction([SECRET])(lines))
        assert "eyJ" not in shown.replace("<hidden>", "")
        assert not any(SECRET[:length] in shown for length in (8, len(SECRET)))
