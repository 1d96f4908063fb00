"""Zip files as somebody who attacks, or a broken connection, would send them."""

from __future__ import annotations

import io
import random
import stat
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from biot_emulator.runtime.archive_entries import InvalidCode
from biot_emulator.runtime.code_archive import extract_code
from biot_emulator.services.settings.seed_code import seed_code

TEXT = b"def handler(event, context):\n    return {}\n" * 20


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(content, "w", method) as zip_file:
        warnings.simplefilter("ignore")  # zipfile warns of names that are there already
        for name, text in entries:
            zip_file.writestr(name, text, method)
    return content.getvalue()


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def replaced(code: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in code
    return code.replace(old, new)


def patched(code: bytes, offset: int, layout: str, *values: int, record: bytes = b"PK\x01\x02") -> bytes:
    """Overwrite fields of the last record of a kind: the directory's, unless another one is named."""
    changed = bytearray(code)
    struct.pack_into(layout, changed, changed.rindex(record) + offset, *values)
    return bytes(changed)


def overlapping() -> bytes:
    """Two entries of the directory that share one content."""
    code = archive(("index.py", TEXT), ("other.py", TEXT))
    offset = struct.unpack_from("<I", code, code.index(b"PK\x01\x02") + 42)[0]
    return patched(replaced(code, b"other.py", b"index.py"), 42, "<I", offset)


def longer_than_it_says() -> bytes:
    """A deflated stream with more than the size and the checksum say."""
    code = archive(("index.py", TEXT))
    start = TEXT[:40]
    return patched(code, 16, "<III", zlib.crc32(start), *struct.unpack_from("<I", code, 18), len(start))


def shorter_than_it_says() -> bytes:
    return patched(archive(("index.py", TEXT)), 24, "<I", len(TEXT) + 1)


def cut_short() -> bytes:
    """A deflated stream that ends early."""
    code = archive(("index.py", random.Random(1).randbytes(500)))
    return patched(code, 20, "<I", 20)


def with_zip64(size: int) -> bytes:
    """An entry whose size stands in a field of its own, and is a lie."""
    content = io.BytesIO()
    info = zipfile.ZipInfo("index.py")
    info.extra = struct.pack("<HHQ", 1, 8, size)
    with zipfile.ZipFile(content, "w") as zip_file:
        zip_file.writestr(info, TEXT)
    return patched(content.getvalue(), 24, "<I", 0xFFFFFFFF)


SIMPLE = archive(("index.py", TEXT), ("src/more.py", TEXT))
OUTSIDE = "lies outside of the plugin's folder"
DAMAGED = "not a valid zip file"

REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", DAMAGED),
    "no zip": (b"hello", DAMAGED),
    "no entries": (archive(), "is an empty zip file"),
    "a wrong checksum": (patched(SIMPLE, 16, "<I", 1), DAMAGED),
    "a directory that is cut off": (SIMPLE[: SIMPLE.index(b"PK\x01\x02") + 20], DAMAGED),
    "an end that is cut off": (SIMPLE[:-4], DAMAGED),
    "a directory before the beginning": (patched(SIMPLE, 12, "<I", 0x7FFFFFFF, record=b"PK\x05\x06"), DAMAGED),
    "another local header": (patched(SIMPLE, 0, "<I", 0, record=b"PK\x03\x04"), DAMAGED),
    "another local name": (SIMPLE.replace(b"index.py", b"other.py", 1), DAMAGED),
    "a local header after the end": (patched(SIMPLE, 42, "<I", 0x7FFFFFFF), DAMAGED),
    "another length of a local name": (patched(SIMPLE, 26, "<H", 0xFFFF, record=b"PK\x03\x04"), DAMAGED),
    "lzma": (archive(("index.py", TEXT), method=zipfile.ZIP_LZMA), "zip it with deflate"),
    "bzip2": (archive(("index.py", TEXT), method=zipfile.ZIP_BZIP2), "zip it with deflate"),
    "zstandard": (patched(SIMPLE, 10, "<H", 93), "zip it with deflate"),
    "deflate64": (patched(SIMPLE, 10, "<H", 9), "zip it with deflate"),
    "an unknown method": (patched(SIMPLE, 10, "<H", 12345), "zip it with deflate"),
    "a version from the future": (patched(SIMPLE, 6, "<H", 99), DAMAGED),
    "an encrypted entry": (patched(SIMPLE, 8, "<H", 1), "zip it without a password"),
    "a strongly encrypted entry": (patched(SIMPLE, 8, "<H", 0x41), "zip it without a password"),
    "patched data": (patched(SIMPLE, 8, "<H", 0x20), DAMAGED),
    "a name that is no UTF-8": (patched(archive(("index\xe9.py", TEXT)), 46, "<B", 0xFF), DAMAGED),
    "a null character": (replaced(SIMPLE, b"index.py", b"in\0ex.py"), "null character"),
    "the folder above": (archive(("../evil.py", TEXT)), OUTSIDE),
    "a folder above": (archive(("a/../../evil.py", TEXT)), OUTSIDE),
    "an absolute path": (archive(("/tmp/evil.py", TEXT)), OUTSIDE),
    "the folder above, on Windows": (archive(("..\\evil.py", TEXT)), OUTSIDE),
    "an absolute path, on Windows": (archive(("\\evil.py", TEXT)), OUTSIDE),
    "a drive": (archive(("C:\\evil.py", TEXT)), OUTSIDE),
    "a drive's folder": (archive(("C:evil.py", TEXT)), OUTSIDE),
    "a share": (archive(("\\\\host\\share\\evil.py", TEXT)), OUTSIDE),
    "no name": (patched(archive(("x", TEXT)), 28, "<HH", 0, 1), "without a name"),
    "a dot": (archive((".", TEXT)), "without a name"),
    "a long name": (archive(("é" * 128, TEXT)), "whose name is too long"),
    "a long path": (archive(("/".join(["x" * 250] * 20), TEXT)), "whose name is too long"),
    "many folders": (archive(("a/" * 500 + "index.py", TEXT)), "in more than 100 folders"),
    "two contents": (archive(("index.py", TEXT), ("index.py", b"x = 1")), r"two files \[index.py\]"),
    "two contents of one path": (archive(("index.py", TEXT), (".//index.py", b"x = 1")), "two files"),
    "a file and then a folder": (archive(("a", TEXT), ("a/b", TEXT)), "as a file and as a folder"),
    "a folder and then a file": (archive(("a/b", TEXT), ("a", TEXT)), "as a file and as a folder"),
    "an empty folder and a file": (archive(("a/", b""), ("a", TEXT)), "as a file and as a folder"),
    "a folder with content": (archive(("a/", TEXT)), "with the content of a file"),
    "a symbolic link": (archive((entry("link", stat.S_IFLNK | 0o777), b"/etc")), "has the symbolic link"),
    "a pipe": (archive((entry("pipe", stat.S_IFIFO | 0o644), b"")), "a device, pipe or socket"),
    "a device": (archive((entry("device", stat.S_IFCHR | 0o644), b"")), "a device, pipe or socket"),
    "a disk": (archive((entry("disk", stat.S_IFBLK | 0o644), b"")), "a device, pipe or socket"),
    "a socket": (archive((entry("socket", stat.S_IFSOCK | 0o644), b"")), "a device, pipe or socket"),
    "an odd type": (archive((entry("odd", 0o170000), b"")), "a device, pipe or socket"),
    "a huge size": (patched(SIMPLE, 24, "<I", 0x7FFFFFFF), "larger than 250 MB"),
    "a huge size in 64 bits": (with_zip64(2**63), "larger than 250 MB"),
    "a wrong size in 64 bits": (with_zip64(len(TEXT) + 1), DAMAGED),
    "a bomb": (archive(("zeros", bytes(1_000_000)), *((f"{n}", b"") for n in range(9)))[:-9], DAMAGED),
    "overlapping entries": (overlapping(), "overlaps another entry"),
    "a content that is longer": (longer_than_it_says(), DAMAGED),
    "a content that is shorter": (shorter_than_it_says(), DAMAGED),
    "a stream that ends early": (cut_short(), DAMAGED),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_is_damaged_or_not_safe_is_refused(tmp_path: Path, name: str) -> None:
    code, sentence = REFUSED[name]
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(InvalidCode, match=sentence) as refused:
        extract_code(code, target)
    assert list(tmp_path.iterdir()) == [target]
    assert str(refused.value).isprintable()
    assert str(tmp_path) not in str(refused.value)
    assert len(str(refused.value)) < 300


def self_extracting() -> bytes:
    return b"#!/bin/sh\nexit 1\n" + SIMPLE


def streamed() -> bytes:
    """An archive by a program that could not go back, so that sizes stand behind the contents."""

    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

    content = Unseekable()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as zip_file:
        zip_file.writestr("index.py", TEXT)
        zip_file.writestr("src/more.py", TEXT)
    return content.getvalue()


ACCEPTED: dict[str, Callable[[], bytes]] = {
    "deflated": lambda: SIMPLE,
    "stored": lambda: archive(("index.py", TEXT), ("src/more.py", TEXT), method=zipfile.ZIP_STORED),
    "self-extracting": self_extracting,
    "streamed": streamed,
    "with folders": lambda: archive(
        ("./", b""), ("src/", b""), ("src/", b""), ("index.py", TEXT), ("src/more.py", TEXT)
    ),
    "with dots": lambda: archive(("./index.py", TEXT), ("./src/./more.py", TEXT)),
    "with the same file twice": lambda: archive(("index.py", TEXT), ("src/more.py", TEXT), ("index.py", TEXT)),
    "with times that do not exist": lambda: patched(SIMPLE, 12, "<HH", 0xFFFF, 0xFFFF),
    "with a comment": lambda: SIMPLE[:-2] + b"\x05\x00hello",
    "with a folder without a slash": lambda: archive(
        (entry("src", stat.S_IFDIR | 0o755), b""), ("index.py", TEXT), ("src/more.py", TEXT)
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_other_programs_write_is_extracted(tmp_path: Path, name: str) -> None:
    extract_code(ACCEPTED[name](), tmp_path)
    assert (tmp_path / "index.py").read_bytes() == TEXT
    assert (tmp_path / "src" / "more.py").read_bytes() == TEXT


def test_an_archive_in_an_archive_is_a_file(tmp_path: Path) -> None:
    extract_code(archive(("inner.zip", SIMPLE)), tmp_path)
    assert (tmp_path / "inner.zip").read_bytes() == SIMPLE


@pytest.mark.parametrize("name", ["a\\b.py", "ünï.py", "a\nb.py", "\x1b[31m.py", "x" * 255, "ab:c.py", "con"])
def test_an_odd_name_is_a_name(tmp_path: Path, name: str) -> None:
    extract_code(archive((name, TEXT)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("mode", "permissions"),
    [
        (0o644, 0o644),
        (0o755, 0o755),
        (0o4755, 0o755),
        (0o2755, 0o755),
        (0o1777, 0o755),
        (0o7777, 0o755),
        (0o666, 0o644),
        (0o400, 0o600),
        (0o000, 0o644),
        (0o111, 0o711),
    ],
)
def test_no_file_runs_as_another_user_or_is_writable_by_others(tmp_path: Path, mode: int, permissions: int) -> None:
    extract_code(archive((entry("program", stat.S_IFREG | mode), TEXT)), tmp_path)
    assert stat.S_IMODE((tmp_path / "program").stat().st_mode) == permissions


CHANGE = st.tuples(
    st.sampled_from(["flip", "cut", "insert", "copy"]), st.integers(0, 2**16), st.binary(min_size=1, max_size=9)
)


def mutated(code: bytes, kind: str, place: int, content: bytes) -> bytes:
    place %= len(code)
    if kind == "flip":
        return code[:place] + bytes([code[place] ^ (content[0] or 1)]) + code[place + 1 :]
    if kind == "cut":
        return code[:place] + code[place + len(content) :]
    if kind == "copy":
        return code[:place] + code[-(content[0] + 1) :] + code[place:]
    return code[:place] + content + code[place:]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([SIMPLE, self_extracting(), streamed(), seed_code("python")]),
    st.lists(CHANGE, min_size=1, max_size=4),
)
def test_a_mutated_archive_is_extracted_or_refused(code: bytes, changes: list[tuple[str, int, bytes]]) -> None:
    for change in changes:
        code = mutated(code, *change) or b"PK"
    with tempfile.TemporaryDirectory() as parent:
        target = Path(parent, "target")
        target.mkdir()
        try:
            extract_code(code, target)
        except InvalidCode as refused:
            assert str(refused).isprintable()
        assert list(Path(parent).iterdir()) == [target]
        assert all(path.is_dir() or path.is_file() for path in target.rglob("*"))
