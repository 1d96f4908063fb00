"""Reading of layers that others made: damage and bombs end with a sentence, and nothing is read into memory."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.layers import reader
from biot_plugin_cli.image.layers.reader import PlainReader, read_members
from biot_plugin_cli.registry.digests import digest_of
from tests.registries import make_tar

TAR = make_tar(usr__bin__x=b"x" * 3000, etc__y=b"")
MEGABYTE = 1024 * 1024


def _names(path: Path, diff_id: str | None = None) -> list[str]:
    return [member.name for member in read_members(path, "The base", diff_id)]


def _write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "layer"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [TAR, gzip.compress(TAR), gzip.compress(TAR[:999]) + gzip.compress(TAR[999:])])
def test_members_are_listed_whatever_the_compression(tmp_path: Path, content: bytes) -> None:
    assert _names(_write(tmp_path, content), digest_of(TAR)) == ["usr/bin/x", "etc/y"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(TAR)[:-20], "a layer is damaged"),
        (b"\x1f\x8b" + bytes(500), "a layer is damaged"),
        (b"no tar at all " * 100, "a layer is damaged"),
        (TAR[:700], "a layer is damaged"),
        (make_tar(other=b""), "another content than its configuration says"),
    ],
)
def test_damage_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(OperationFailed, match=f"The base cannot be used .*{said}"):
        _names(_write(tmp_path, content), digest_of(TAR))


def test_zstd_is_refused_where_it_was_not_expected(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match="skopeo copy --dest-compress-format gzip"):
        _names(_write(tmp_path, b"\x28\xb5\x2f\xfd" + bytes(100)))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_header_as_large_as_a_bomb_is_not_read(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("x")
    header.type = kind
    header.size = 64 * MEGABYTE
    path = tmp_path / "layer"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header.tobuf())
        for _ in range(64):
            file.write(bytes(MEGABYTE))
    tracemalloc.start()
    try:
        with pytest.raises(OperationFailed, match="the header of a file is too large"):
            _names(path)
        assert tracemalloc.get_traced_memory()[1] < 16 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_long_name_of_a_real_file_is_read(tmp_path: Path) -> None:
    name = "/".join(["folder"] * 100)
    assert _names(_write(tmp_path, make_tar(**{name: b""}))) == [name]


def test_more_files_than_any_image_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MAX_MEMBERS", 1)
    with pytest.raises(OperationFailed, match="a layer has more than 1 files"):
        _names(_write(tmp_path, TAR))


def test_content_that_is_larger_than_lambda_allows_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        def read(self, size: int, /) -> bytes:
            return bytes(size)

    monkeypatch.setattr("biot_plugin_cli.image.size_limit.MAX_UNPACKED_BYTES", 4 * MEGABYTE)
    monkeypatch.setattr(reader, "MAX_UNPACKED_BYTES", 4 * MEGABYTE)
    plain = PlainReader(Endless())
    with pytest.raises(InvalidPlugin, match="remove some of its dependencies, or choose a smaller base"):
        while plain.read(MEGABYTE):
            pass
    assert plain.size < 8 * MEGABYTE


def test_reading_without_a_size_takes_a_piece() -> None:
    assert len(PlainReader(io.BytesIO(bytes(3 * MEGABYTE))).read()) == MEGABYTE
