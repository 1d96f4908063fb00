"""Manifests and indexes as the very bytes that were hashed, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import digest_of
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.media_types import INDEXES, MANIFESTS

__all__ = ["MAX_BYTES", "Manifest"]

MAX_BYTES = 4 * 1024 * 1024
"""Bytes that a manifest may have, as most registries limit it."""

_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1"
_MAX_SHOWN = 100


@dataclass(frozen=True)
class Manifest:
    """A manifest of one image, or an index of several. `parse` makes one of bytes from outside.

    Attributes:
        content: Its bytes, which are never serialised again.
        media_type: Its media type.
        digest: The digest of the bytes.
    """

    content: bytes
    media_type: str
    digest: str

    @staticmethod
    def parse(content: bytes, media_type: str = "") -> Manifest:
        """Verify that bytes are a manifest or an index, and nothing that could be taken for both.

        Args:
            content: The bytes.
            media_type: The media type that they came with; empty if they did not come with any.

        Raises:
            DamagedContent: They are none.
        """
        if len(content) > MAX_BYTES:
            raise _invalid(f"it is larger than {MAX_BYTES // 1024**2} MB")
        document = _read(content)
        stated = document.get("mediaType", media_type or _guess(document))
        if not isinstance(stated, str) or (media_type and stated != media_type):
            raise _invalid(f"it says that it is {_shown(stated)}, and came as {_shown(media_type)}")
        if stated not in MANIFESTS | INDEXES:
            raise _unsupported(stated)
        if document.get("schemaVersion") != 2:
            raise _invalid("its schemaVersion is not 2")
        manifest = Manifest(content, stated, digest_of(content))
        manifest._require_one_kind()
        return manifest

    @property
    def is_index(self) -> bool:
        """Whether it lists images for several platforms."""
        return self.media_type in INDEXES

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The parsed JSON."""
        return _read(self.content)

    @cached_property
    def config(self) -> Descriptor:
        """The descriptor of the image's configuration.

        Raises:
            DamagedContent: There is none, as in an index.
        """
        return Descriptor.parse(self.document.get("config"))

    @cached_property
    def layers(self) -> tuple[Descriptor, ...]:
        """The descriptors of the image's layers, the lowest first."""
        return tuple(map(Descriptor.parse, self.document.get("layers") or ()))

    @cached_property
    def manifests(self) -> tuple[Descriptor, ...]:
        """The descriptors of an index."""
        return tuple(map(Descriptor.parse, self.document.get("manifests") or ()))

    @cached_property
    def annotations(self) -> Mapping[str, str]:
        """The annotations."""
        annotations = self.document.get("annotations")
        texts = annotations.items() if isinstance(annotations, dict) else ()
        return {name: text for name, text in texts if isinstance(text, str)}

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor of the manifest itself."""
        return Descriptor(self.media_type, self.digest, len(self.content))

    def _require_one_kind(self) -> None:
        """Refuse what is a manifest to some and an index to others, as in CVE-2021-41190."""
        foreign = ("layers", "config", "fsLayers") if self.is_index else ("manifests", "fsLayers")
        if any(name in self.document for name in foreign):
            raise _invalid("it is a manifest and an index at once")
        lists = ("manifests",) if self.is_index else ("layers",)
        if not all(isinstance(self.document.get(name), list) for name in lists):
            raise _invalid(f"it has no list of {lists[0]}")
        # All descriptors are parsed now: whoever uses the manifest later need not expect errors.
        _ = self.manifests if self.is_index else (self.config, *self.layers)


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        document = read_json(content)
    except ValueError:
        raise _invalid("it is not JSON") from None
    if not isinstance(document, dict):
        raise _invalid("it is no object")
    return document


def _guess(document: Mapping[str, Any]) -> str:
    from biot_plugin_cli.registry.media_types import OCI_INDEX, OCI_MANIFEST

    return OCI_INDEX if "manifests" in document else OCI_MANIFEST


def _shown(media_type: object) -> str:
    return ascii(media_type)[:_MAX_SHOWN]


def _unsupported(media_type: str) -> DamagedContent:
    if media_type.startswith(_SCHEMA_1):
        return DamagedContent("The image has a manifest of Docker's schema 1: push it again with a tool of this decade")
    return DamagedContent(
        f"The image has a manifest of the unknown type {_shown(media_type)}: use an image of OCI or Docker's schema 2"
    )


def _invalid(reason: str) -> DamagedContent:
    return DamagedContent(f"The manifest is invalid ({reason}): use another image, or check the address")
