"""Images of a few files, put into the registry without a client: for tests."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.local import PLUGINS, LocalRegistry
from biot_emulator.wire_json import encode

__all__ = ["put_image"]

_OCI = "application/vnd.oci.image"
_MODE = 0o755


def put_image(
    registry: LocalRegistry, tag: str, layers: Sequence[Mapping[str, bytes]], config: Mapping[str, Any]
) -> Digest:
    """Store an image for Linux on x86-64; return the digest of its manifest: the same for the same files.

    Args:
        registry: The registry.
        tag: Its tag in the repository of plugins.
        layers: The files of each layer, by path.
        config: What it runs, by the names of the image specification, such as `Cmd` and `Env`.
    """
    archives = [_archive(files) for files in layers]
    configuration = {
        "architecture": "amd64",
        "os": "linux",
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": [Digest.of(archive) for archive in archives]},
        "history": [{"created_by": "biot-emulator"} for _ in archives],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_OCI}.manifest.v1+json",
        "config": _put_blob(registry, encode(configuration), f"{_OCI}.config.v1+json"),
        "layers": [
            _put_blob(registry, gzip.compress(archive, mtime=0), f"{_OCI}.layer.v1.tar+gzip") for archive in archives
        ],
    }
    return registry.put_manifest(PLUGINS, tag, encode(manifest), f"{_OCI}.manifest.v1+json").digest


def _put_blob(registry: LocalRegistry, content: bytes, media_type: str) -> dict[str, Any]:
    digest = Digest.of(content)
    upload = registry.uploads.begin(PLUGINS)
    with registry.uploads.writing(upload) as writer:
        writer.write(content)
    registry.finish_upload(upload, digest)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _archive(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), _MODE
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()
