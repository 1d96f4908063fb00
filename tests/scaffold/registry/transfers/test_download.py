"""Downloads that are cut, corrupted and resumed: nothing partial is ever taken for whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import CliError, OperationFailed
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.errors import AnswerLost, DamagedContent
from biot_plugin_cli.registry.media_types import OCI_LAYER
from biot_plugin_cli.registry.pull_cache import BlobCache
from biot_plugin_cli.registry.transfers import download
from tests.faulty_registry import Fault, FaultyRegistry
from tests.registries import Connect

SIZE = 1_000_000
CONTENT = os.urandom(SIZE)
BLOB = Blob.from_bytes(CONTENT, OCI_LAYER)


@pytest.fixture
def registry(faulty: FaultyRegistry, connect: Connect) -> Registry:
    registry = connect(faulty.host)
    registry.push_blob("download", BLOB)
    faulty.requests.clear()
    return registry


def ranges(faulty: FaultyRegistry) -> list[str | None]:
    return [request.headers.get("range") for request in faulty.requests if request.method == "GET"]


@pytest.mark.parametrize("cuts", [[500_000], [0], [999_999], [200_000, 200_000, 200_000]])
def test_a_cut_is_resumed(faulty: FaultyRegistry, registry: Registry, tmp_path: Path, cuts: list[int]) -> None:
    faulty.faults = [Fault("GET", "/blobs/", cut_response=cut) for cut in cuts]
    registry.pull_blob("download", BLOB.descriptor, tmp_path / "blob")
    assert (tmp_path / "blob").read_bytes() == CONTENT
    assert ranges(faulty)[-1] == (f"bytes={sum(cuts)}-" if sum(cuts) else None)


def test_a_registry_that_cannot_resume_sends_all_again(
    faulty: FaultyRegistry, registry: Registry, tmp_path: Path
) -> None:
    faulty.faults = [Fault("GET", "/blobs/", cut_response=500_000), Fault("GET", "/blobs/", change=lambda _: whole())]
    registry.pull_blob("download", BLOB.descriptor, tmp_path / "blob")
    assert (tmp_path / "blob").read_bytes() == CONTENT


def whole() -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % SIZE + CONTENT


def flipped(response: bytes) -> bytes:
    return response[:-5] + bytes([response[-5] ^ 1]) + response[-4:]


def longer(response: bytes) -> bytes:
    return response.replace(str(SIZE).encode(), str(SIZE + 1).encode(), 1) + b"x"


@pytest.mark.parametrize("change", [flipped, longer])
def test_a_corrupt_blob_is_refused(faulty: FaultyRegistry, registry: Registry, tmp_path: Path, change: Any) -> None:
    faulty.faults = [Fault("GET", "/blobs/", times=99, change=change)]
    with pytest.raises(DamagedContent, match="is damaged"):
        registry.pull_blob("download", BLOB.descriptor, tmp_path / "blob")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_size_in_the_manifest_is_refused(registry: Registry, tmp_path: Path) -> None:
    for size in (SIZE - 1, SIZE + 1):
        descriptor = Descriptor(OCI_LAYER, BLOB.descriptor.digest, size)
        with pytest.raises(CliError):
            registry.pull_blob("download", descriptor, tmp_path / "blob")
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_breaks_for_ever_ends_it(
    faulty: FaultyRegistry, registry: Registry, tmp_path: Path, waits: list[float]
) -> None:
    faulty.faults = [Fault("GET", "/blobs/", times=99, cut_response=10)]
    with pytest.raises(AnswerLost, match="Lost the connection"):
        registry.pull_blob("download", BLOB.descriptor, tmp_path / "blob")
    assert (len(waits), list(tmp_path.iterdir())) == (4, [])


def test_a_full_disk_is_one_sentence(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "_copy", fail)
    with pytest.raises(OperationFailed, match=r"Cannot write .*blob \(No space left on device\): free some space"):
        registry.pull_blob("download", BLOB.descriptor, tmp_path / "blob")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_blob_in_the_cache_is_pulled_again(
    faulty: FaultyRegistry, registry: Registry, tmp_path: Path
) -> None:
    cache = BlobCache(tmp_path / "cache")
    assert cache.find(BLOB.descriptor) is None
    path = cache.fetch(registry, "download", BLOB.descriptor)
    assert cache.fetch(registry, "download", BLOB.descriptor) == path
    assert len(ranges(faulty)) == 1
    for content in (b"", CONTENT[:-1], CONTENT[:-1] + b"\0" if CONTENT[-1] else CONTENT[:-1] + b"\1"):
        path.write_bytes(content)
        assert cache.find(BLOB.descriptor) is None
        assert cache.fetch(registry, "download", BLOB.descriptor).read_bytes() == CONTENT
