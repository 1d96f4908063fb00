"""The cache of blobs: verified, shared by processes, and without what nothing has used for long."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.media_types import OCI_LAYER
from biot_plugin_cli.registry.pull_cache import MAX_DAYS, BlobCache, trim
from tests.faulty_registry import Fault, FaultyRegistry
from tests.registries import Connect

CONTENT = bytes(range(256)) * 800
DAY = 24 * 60 * 60


@pytest.fixture
def blob(connect: Connect, faulty: FaultyRegistry) -> Descriptor:
    blob = Blob.from_bytes(CONTENT, OCI_LAYER)
    connect(faulty.host).push_blob("cached", blob)
    return blob.descriptor


def _files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def _gets(faulty: FaultyRegistry) -> int:
    return sum(request.method == "GET" and "/blobs/sha256:" in request.path for request in faulty.requests)


def _changed(response: bytes) -> bytes:
    return response[:-1] + bytes([response[-1] ^ 1])


def test_a_blob_is_pulled_once(connect: Connect, faulty: FaultyRegistry, blob: Descriptor, tmp_path: Path) -> None:
    cache = BlobCache(tmp_path)
    path = cache.fetch(connect(faulty.host), "cached", blob)
    assert path.read_bytes() == CONTENT
    assert cache.fetch(connect(faulty.host), "cached", blob) == path
    assert _gets(faulty) == 1


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT[:-1] + b"!", bytes(len(CONTENT))])
def test_a_damaged_file_is_pulled_again(
    connect: Connect, faulty: FaultyRegistry, blob: Descriptor, tmp_path: Path, damage: bytes
) -> None:
    cache = BlobCache(tmp_path)
    path = cache.fetch(connect(faulty.host), "cached", blob)
    path.write_bytes(damage)
    assert cache.find(blob) is None
    assert cache.fetch(connect(faulty.host), "cached", blob).read_bytes() == CONTENT


def test_a_corrupt_blob_leaves_nothing(
    connect: Connect, faulty: FaultyRegistry, blob: Descriptor, tmp_path: Path
) -> None:
    faulty.faults = [Fault("GET", "/blobs/sha256:", 99, change=_changed)]
    with pytest.raises(DamagedContent, match="its digest is another one"):
        BlobCache(tmp_path).fetch(connect(faulty.host), "cached", blob)
    assert _files(tmp_path) == []


def _fetch(host: str, descriptor: Descriptor, folder: Path, barrier: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    with Registry(host) as registry:
        assert BlobCache(folder).fetch(registry, "cached", descriptor).read_bytes() == CONTENT


def test_processes_share_a_cache(faulty: FaultyRegistry, blob: Descriptor, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    processes = [context.Process(target=_fetch, args=(faulty.host, blob, tmp_path, barrier)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert _files(tmp_path) == [blob.digest.partition(":")[2]]


def test_what_nothing_uses_for_long_is_deleted(
    connect: Connect, faulty: FaultyRegistry, blob: Descriptor, tmp_path: Path
) -> None:
    folder = tmp_path / "sha256"
    folder.mkdir()
    names = {"old": MAX_DAYS + 1, "young": MAX_DAYS - 1, ".dead.part": 2, ".live.part": 0}
    for name, days in names.items():
        (folder / name).write_bytes(b"")
        used = time.time() - days * DAY
        os.utime(folder / name, (used, used))
    BlobCache(tmp_path).fetch(connect(faulty.host), "cached", blob)
    assert _files(tmp_path) == sorted([blob.digest.partition(":")[2], ".live.part", "young"])


def test_what_is_used_stays(connect: Connect, faulty: FaultyRegistry, blob: Descriptor, tmp_path: Path) -> None:
    cache = BlobCache(tmp_path)
    path = cache.fetch(connect(faulty.host), "cached", blob)
    os.utime(path, (0, 0))
    assert cache.find(blob) == path
    trim(tmp_path)
    assert path.exists()
