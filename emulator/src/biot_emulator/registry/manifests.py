"""Manifests of images and indexes, OCI's and Docker's: what they refer to, read from the bytes that were pushed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import DigestInvalid, ManifestInvalid
from biot_emulator.wire_json import decode_request

__all__ = ["INDEX_TYPES", "MANIFEST_TYPES", "MAX_MANIFEST_BYTES", "OCI_IMAGE", "OCI_INDEX", "Manifest"]

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
"""What the distribution specification has registries accept at least."""

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
_DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

MANIFEST_TYPES = frozenset({OCI_IMAGE, _DOCKER_IMAGE})
"""The media types of images."""
INDEX_TYPES = frozenset({OCI_INDEX, _DOCKER_LIST})
"""The media types of lists of images."""

_VERSION = 2
#: A layer of this kind is nobody's to push: it is fetched from the addresses in its descriptor.
_FOREIGN = ("nondistributable", "foreign")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest.

    Attributes:
        content: Its bytes, which its digest is of.
        media_type: Its media type.
        digest: Its digest.
        document: What it says.
    """

    content: bytes
    media_type: str
    digest: Digest
    document: Json

    @classmethod
    def parse(cls, content: bytes, media_type: str, algorithm: str = "sha256") -> Manifest:
        """Read a manifest.

        Args:
            content: Its bytes.
            media_type: Its media type, as the request has it.
            algorithm: The algorithm of its digest.

        Raises:
            ManifestInvalid: It is none.
        """
        media_type = media_type.partition(";")[0].strip()
        try:
            document = decode_request(content)
        except ValueError:
            raise ManifestInvalid("The manifest is not JSON") from None
        if not isinstance(document, dict) or document.get("schemaVersion") != _VERSION:
            raise ManifestInvalid("The manifest must be an object with the schemaVersion [2]")
        manifest = cls(content, media_type, Digest.of(content, algorithm), document)
        manifest._check()
        return manifest

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests."""
        return self.media_type in INDEX_TYPES

    @property
    def blobs(self) -> list[Digest]:
        """The blobs that an image needs: its configuration and its layers, each of them once."""
        if self.is_index:
            return []
        config = _descriptor(self.document.get("config"), "config")
        layers = [layer for layer in self._list("layers") if not _is_foreign(layer)]
        return list(dict.fromkeys([config, *(_descriptor(layer, "layers") for layer in layers)]))

    @property
    def manifests(self) -> list[Digest]:
        """The manifests that an index lists."""
        return [_descriptor(item, "manifests") for item in self._list("manifests")] if self.is_index else []

    @property
    def subject(self) -> Digest | None:
        """The manifest that it says something about; None where it is about nothing else."""
        subject = self.document.get("subject")
        return None if subject is None else _descriptor(subject, "subject")

    @property
    def artifact_type(self) -> str:
        """What kind of thing it is; empty where it does not say."""
        config = self.document.get("config")
        fallback = config.get("mediaType") if isinstance(config, dict) and not self.is_index else ""
        kind = self.document.get("artifactType") or fallback
        return kind if isinstance(kind, str) else ""

    @property
    def descriptor(self) -> dict[str, Any]:
        """How a list of what refers to another manifest describes it."""
        descriptor = {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content)}
        if self.artifact_type:
            descriptor["artifactType"] = self.artifact_type
        if isinstance(annotations := self.document.get("annotations"), dict):
            descriptor["annotations"] = annotations
        return descriptor

    def _check(self) -> None:
        if self.media_type not in MANIFEST_TYPES | INDEX_TYPES:
            raise ManifestInvalid("The content type is that of neither an image nor an index", self.media_type[:200])
        stated = self.document.get("mediaType", self.media_type)
        if stated != self.media_type:
            raise ManifestInvalid(f"The content type is [{self.media_type}], but the manifest has another mediaType")
        # What one kind reads as an image, and another as an index, would be two things under one digest.
        others = ("config", "layers") if self.is_index else ("manifests",)
        if any(name in self.document for name in others):
            raise ManifestInvalid(f"A manifest of this kind cannot have [{' '.join(others)}]")
        if self.is_index and not isinstance(self.document.get("manifests"), list):
            raise ManifestInvalid("An index must have the list [manifests]")
        _ = self.blobs, self.manifests, self.subject

    def _list(self, name: str) -> Iterator[Any]:
        items = self.document.get(name, [])
        if not isinstance(items, list):
            raise ManifestInvalid(f"[{name}] must be a list")
        return iter(items)


def _descriptor(value: object, name: str) -> Digest:
    if not isinstance(value, dict):
        raise ManifestInvalid(f"[{name}] must have descriptors")
    size = value.get("size")
    if not isinstance(value.get("mediaType"), str) or type(size) is not int or size < 0:
        raise ManifestInvalid(f"Each descriptor of [{name}] must have [mediaType], [digest] and [size]")
    try:
        return Digest.parse(value.get("digest"))
    except DigestInvalid as invalid:
        raise ManifestInvalid(f"A descriptor of [{name}] has no digest: {invalid}", invalid.detail) from None


def _is_foreign(layer: object) -> bool:
    kind = layer.get("mediaType") if isinstance(layer, dict) else None
    return isinstance(kind, str) and any(part in kind for part in _FOREIGN)
