"""Layers of bases that Lambda is not known to accept are compressed anew, and nothing else of them changes."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.bases.recompression import recompress
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.media_types import OCI_LAYER, OCI_LAYER_PLAIN, OCI_LAYER_ZSTD
from tests.registries import make_tar

TAR = make_tar(a=b"content" * 10_000)
SOURCES = {OCI_LAYER_ZSTD: zstd.compress(TAR), OCI_LAYER_PLAIN: TAR}


@pytest.fixture(autouse=True)
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _content(blob: Blob) -> bytes:
    with closing(blob.open()) as reader:
        content = b""
        while piece := reader.read(1000):
            content += piece
    return content


def _never() -> io.BytesIO:
    raise AssertionError


@pytest.mark.parametrize("media_type", SOURCES)
def test_a_layer_becomes_gzip_of_the_same_content(media_type: str) -> None:
    layer = Blob.from_bytes(SOURCES[media_type], media_type)
    made = recompress(layer, digest_of(TAR), OCI_LAYER)
    content = _content(made)
    assert gzip.decompress(content) == TAR
    assert (made.descriptor.media_type, made.descriptor.digest) == (OCI_LAYER, digest_of(content))
    # No name and no time: the same bytes on any day.
    assert content[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def test_it_is_done_once() -> None:
    layer = Blob.from_bytes(SOURCES[OCI_LAYER_ZSTD], OCI_LAYER_ZSTD)
    first = recompress(layer, digest_of(TAR), OCI_LAYER)
    gone: Callable[[], io.BytesIO] = _never
    assert recompress(replace(layer, open=gone), digest_of(TAR), OCI_LAYER).descriptor == first.descriptor


@pytest.mark.parametrize(
    ("content", "diff_id"),
    [(SOURCES[OCI_LAYER_ZSTD], digest_of(b"other")), (SOURCES[OCI_LAYER_ZSTD][:-9], digest_of(TAR))],
    ids=["other", "cut"],
)
def test_a_layer_with_another_content_is_refused_and_not_stored(caches: Path, content: bytes, diff_id: str) -> None:
    with pytest.raises(DamagedContent):
        recompress(Blob.from_bytes(content, OCI_LAYER_ZSTD), diff_id, OCI_LAYER)
    assert _files(caches) == []


def test_a_folder_that_cannot_be_written_is_named(caches: Path) -> None:
    (caches / "biot-plugin").write_text("in the way")
    with pytest.raises(OperationFailed, match=r"Cannot write .*recompressed"):
        recompress(Blob.from_bytes(TAR, OCI_LAYER_PLAIN), digest_of(TAR), OCI_LAYER)
