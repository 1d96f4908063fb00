"""Container images for tests, tiny and in memory, and plugins that are deployed as one."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST

__all__ = ["image_of"]


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
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor.dump(),
        "layers": [blob.descriptor.dump()],
    }
    digits = content_hash or hashlib.sha256(code.encode()).hexdigest()
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
