"""Container images for tests, tiny and in memory, and plugins that are deployed as one."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.labels import CONTENT_HASH
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST
from biot_plugin_cli.registry.requests.backoff import Backoff
from tests.faulty_registry import FaultyRegistry, faulty_registry
from tests.scaffold.deployments import configured
from tests.scaffold.packages import Repository

__all__ = ["as_image", "counted", "image_of", "use_platform", "without_pauses"]


def image_of(code: str, *, name: str = "demo", content_hash: str = "", level: int = 9) -> Image:
    """Make an image with one file.

    Args:
        code: The content of `index.py`.
        name: The plugin's name.
        content_hash: The content hash; that of the code if empty.
        level: How much it is compressed: another level makes other bytes of the same content.
    """
    layer = _layer(code, level)
    blob = Blob.from_bytes(layer, OCI_LAYER)
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["index.handler"], "WorkingDir": "/var/task"},
        "rootfs": {"type": "layers", "diff_ids": [_digest(gzip.decompress(layer))]},
        "history": [{"created_by": "tests"}],
    }
    config = Blob.from_bytes(json.dumps(document).encode(), OCI_CONFIG)
    digits = content_hash or hashlib.sha256(code.encode()).hexdigest()
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor.dump(),
        "layers": [blob.descriptor.dump()],
        "annotations": {CONTENT_HASH: digits},
    }
    parsed = Manifest.parse(json.dumps(manifest).encode(), OCI_MANIFEST)
    return Image(parsed, config, (blob,), digits, f"{name}-{digits[:32]}", "layers")


def _layer(code: str, level: int) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        member = tarfile.TarInfo("var/task/index.py")
        member.size = len(code.encode())
        archive.addfile(member, io.BytesIO(code.encode()))
    return gzip.compress(written.getvalue(), level, mtime=0)


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def as_image(plugin: Repository, base: str = "scratch") -> None:
    """Have a plugin deployed as an image."""
    configured(plugin, package="image", timeout=30)
    file = plugin.root / "pyproject.toml"
    file.write_text(f'{file.read_text()}\n[tool.biot-plugin.image]\nbase = "{base}"\n')


def use_platform(monkeypatch: pytest.MonkeyPatch, emulator: Emulator, url: str) -> None:
    """Let the commands use an emulator as its administrator, at a URL that leads to it."""
    for name, value in (("BASE_URL", url), ("USERNAME", emulator.username), ("PASSWORD", emulator.password)):
        monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)


@contextmanager
def counted(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyRegistry]:
    """Let the commands use an emulator by way of a proxy, which counts and can fail."""
    without_pauses(monkeypatch)
    with faulty_registry(emulator.url.removeprefix("http://")) as proxy:
        use_platform(monkeypatch, emulator, f"http://{proxy.host}")
        yield proxy


def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients of registries try again at once."""
    monkeypatch.setattr(Backoff, "__init__", _impatient)


def _impatient(backoff: Backoff, *_: object) -> None:
    object.__setattr__(backoff, "pauses", (0.0, 0.0, 0.0))
    object.__setattr__(backoff, "sleep", lambda _: None)
