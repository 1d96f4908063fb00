"""Images in memory, of layers that tests write member by member: also such as no tool would make."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["MemoryImage", "file", "folder", "hard_link", "layer", "link", "member", "tree"]

OCI = "application/vnd.oci.image"
GZIP = f"{OCI}.layer.v1.tar+gzip"

Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", **fields: Any) -> Member:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode = kind, len(content), 0o644
    for field_name, value in fields.items():
        setattr(info, field_name, value)
    return info, content


def file(name: str, content: str = "", **fields: Any) -> Member:
    return member(name, content=content.encode(), **fields)


def folder(name: str, **fields: Any) -> Member:
    return member(name, tarfile.DIRTYPE, **{"mode": 0o755, **fields})


def link(name: str, target: str) -> Member:
    return member(name, tarfile.SYMTYPE, linkname=target)


def hard_link(name: str, target: str) -> Member:
    return member(name, tarfile.LNKTYPE, linkname=target)


def layer(*members: Member, format: int = tarfile.PAX_FORMAT) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=format) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class _Manifest:
    content: bytes
    digest: str = ""

    def __post_init__(self) -> None:
        self.digest = self.digest or digest_of(self.content)


@dataclass
class MemoryImage:
    """An image; what a test changes of it after it was made is not verified by it."""

    layers: Sequence[bytes]
    config: Mapping[str, Any] = field(default_factory=dict)
    media_type: str = GZIP
    blobs: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        compress = gzip.compress if self.media_type.endswith("gzip") else bytes
        self.document: dict[str, Any] = {
            "architecture": "amd64",
            "os": "linux",
            "config": {**self.config},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in self.layers]},
        }
        self.listed = [self.add(compress(layer), self.media_type) for layer in self.layers]
        self.update()

    def update(self, **manifest: Any) -> MemoryImage:
        """Make the manifest again after a change, with other fields if need be."""
        config = self.add(json.dumps(self.document).encode(), f"{OCI}.config.v1+json")
        fields = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": config, "layers": self.listed}
        self.manifest = _Manifest(json.dumps({**fields, **manifest}).encode())
        return self

    def add(self, content: bytes, media_type: str) -> dict[str, Any]:
        digest = digest_of(content)
        self.blobs[digest] = content
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def open_blob(self, digest: str) -> BinaryIO:
        return io.BytesIO(self.blobs[digest])


def tree(root: Path) -> dict[str, str]:
    """What is in a folder: the text of files, the targets of links, and nothing of what every image gets."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = "/" if path.is_dir() else path.read_bytes().decode(errors="replace")
    ours = {"dev": "/", "proc": "/", "tmp": "/", "etc": "/", "etc/hosts": "", "etc/resolv.conf": ""}
    return {name: what for name, what in found.items() if ours.get(name) != what}
