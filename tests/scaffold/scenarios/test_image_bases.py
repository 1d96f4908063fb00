"""Bases that cannot be pulled: one sentence, nothing deployed, and no part of a layer taken for whole afterwards."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faulty_registry import Fault, FaultyRegistry, faulty_registry
from tests.registries import DockerRegistry, docker_registry
from tests.scaffold.images import built, image_plugin, push_base, python_base
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import without_pauses

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024
#: Its layer is larger than the cache may become.
BASE = python_base(python=os.urandom(3 * MEGABYTE))
LAYER = BASE.layers[0].descriptor.digest


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path_factory.mktemp("registry") / "r", tls=False, login=False) as running:
        yield running


@pytest.fixture
def base(repository: Repository, registry: DockerRegistry, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyRegistry]:
    """A plugin on a base that comes by way of a connection that can fail."""
    without_pauses(monkeypatch)
    push_base(registry, BASE)
    with faulty_registry(registry.host) as proxy:
        image_plugin(repository, base=f"{proxy.host}/base:1@{BASE.manifest.digest}")
        yield proxy


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "caches"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def _flipped(response: bytes) -> bytes:
    return response[:-100] + bytes(byte ^ 255 for byte in response[-100:])


def _files(caches: Path) -> set[str]:
    return {file.name for file in caches.rglob("*") if file.is_file()}


def _is_cached(caches: Path) -> bool:
    assert not [name for name in _files(caches) if name.endswith(".part")]
    return LAYER.partition(":")[2] in _files(caches)


def _fail(repository: Repository) -> str:
    failed = repository.program("image", "build")
    assert failed.exit_code != 0
    assert "Traceback" not in failed.err
    return failed.err.splitlines()[-1]


def _succeed(repository: Repository) -> None:
    with built(repository.root) as image:
        assert image.layers[0].descriptor.digest == LAYER


@pytest.mark.parametrize("fault", [Fault("GET", LAYER, 99, change=_flipped), Fault("GET", LAYER, 99, cut_response=0)])
def test_a_corrupt_or_broken_layer_is_not_cached(
    repository: Repository, base: FaultyRegistry, caches: Path, fault: Fault
) -> None:
    base.faults = [fault]
    said = _fail(repository)
    assert base.host in said
    assert not _is_cached(caches)
    base.faults = []
    _succeed(repository)
    assert _is_cached(caches)


def test_a_corrupt_configuration_is_not_cached(repository: Repository, base: FaultyRegistry, caches: Path) -> None:
    digest = BASE.config.descriptor.digest
    base.faults = [Fault("GET", digest, 99, change=_flipped)]
    assert f"{digest} from {base.host} is damaged" in _fail(repository)
    assert digest.partition(":")[2] not in _files(caches)
    base.faults = []
    _succeed(repository)


@contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    """Give a folder a disk of its own that is too small; where none can be mounted, limit the size of files."""
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_said_and_leaves_no_part_of_a_layer(
    repository: Repository, base: FaultyRegistry, caches: Path
) -> None:
    with _full_disk(caches):
        said = _fail(repository)
        assert "Cannot write" in said
        assert "free some space there" in said
        assert not _is_cached(caches)
        # What a killed process leaves is no layer either.
        (caches / "biot-plugin" / "blobs" / "sha256" / f".{LAYER[7:47]}.1-0.part").write_bytes(b"part")
        assert "Cannot write" in _fail(repository)
    _succeed(repository)
