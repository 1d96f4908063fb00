from __future__ import annotations

import gzip
import io
import sys
import tarfile
from typing import IO, cast

import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from biot_plugin_cli.registry.compression import PlainLayer
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.media_types import DOCKER_LAYER, OCI_LAYER, OCI_LAYER_PLAIN, OCI_LAYER_ZSTD
from tests.registries import make_tar

TAR = make_tar(a=b"content" * 10_000, b__c=b"")
ZSTD = zstd.compress(TAR)
LAYERS = {
    OCI_LAYER: gzip.compress(TAR),
    DOCKER_LAYER: gzip.compress(TAR[:5000]) + gzip.compress(TAR[5000:]),
    OCI_LAYER_ZSTD: ZSTD,
    "application/vnd.docker.image.rootfs.diff.tar.zstd": ZSTD,
    OCI_LAYER_PLAIN: TAR,
}


class Source:
    """Reads as a blob from a registry does: forwards, in pieces of its own size."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)
        self.closed = False

    def read(self, size: int, /) -> bytes:
        return self._file.read(min(size, 777))

    def close(self) -> None:
        self.closed = True


def read_all(layer: PlainLayer) -> bytes:
    content = b""
    while piece := layer.read(10_000):
        content += piece
    return content


@pytest.mark.parametrize("media_type", LAYERS)
def test_every_layer_becomes_its_archive(media_type: str) -> None:
    source = Source(LAYERS[media_type])
    layer = PlainLayer(source, media_type)
    assert read_all(layer) == TAR
    layer.close()
    assert source.closed


@pytest.mark.parametrize("media_type", LAYERS)
def test_an_archive_can_be_read_from_the_stream(media_type: str) -> None:
    layer = PlainLayer(Source(LAYERS[media_type]), media_type)
    with tarfile.open(fileobj=cast("IO[bytes]", layer), mode="r|") as archive:
        assert archive.getnames() == ["a", "b/c"]


@pytest.mark.parametrize(
    "content", [LAYERS[OCI_LAYER][:-5], b"nonsense", LAYERS[OCI_LAYER][:-8] + b"12345678", b"\x1f"]
)
def test_a_damaged_gzip_layer_is_no_archive(content: bytes) -> None:
    with pytest.raises(DamagedContent, match="cannot be decompressed"):
        read_all(PlainLayer(Source(content), OCI_LAYER))


@pytest.mark.parametrize("content", [ZSTD[:-5], b"nonsense", ZSTD[:20] + b"\xff" * 40])
def test_a_damaged_zstd_layer_is_no_archive(content: bytes) -> None:
    with pytest.raises(DamagedContent, match="cannot be decompressed"):
        read_all(PlainLayer(Source(content), OCI_LAYER_ZSTD))


@pytest.mark.parametrize("media_type", LAYERS)
def test_a_layer_that_grows_too_large_is_refused(media_type: str) -> None:
    with pytest.raises(DamagedContent, match="larger than Lambda allows"):
        read_all(PlainLayer(Source(LAYERS[media_type]), media_type, max_bytes=len(TAR) - 1))


def test_what_is_no_layer_is_refused() -> None:
    with pytest.raises(DamagedContent, match="unknown media type 'text/html'"):
        PlainLayer(Source(b""), "text/html")
