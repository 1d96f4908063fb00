"""Descriptors: what a manifest says of a blob, or an index of a manifest (OCI image specification, descriptor.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.registry.digests import digest_of, require_digest
from biot_plugin_cli.registry.errors import DamagedContent

__all__ = ["Descriptor"]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What identifies a blob or a manifest.

    Attributes:
        media_type: Its media type.
        digest: Its digest, which is valid.
        size: Its size in bytes.
        annotations: Its annotations.
        platform: For a manifest in an index, the platform of the image.
        document: The descriptor as it stood in its document, with fields that are not named here; None if it was made
            here.
    """

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict, compare=False)
    platform: Mapping[str, Any] = field(default_factory=dict, compare=False)
    document: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def of(content: bytes, media_type: str) -> Descriptor:
        """Describe content."""
        return Descriptor(media_type, digest_of(content), len(content))

    @staticmethod
    def parse(document: object) -> Descriptor:
        """Parse a descriptor from a manifest or index.

        Raises:
            DamagedContent: It is none.
        """
        if not isinstance(document, dict):
            raise _invalid("a descriptor is no object")
        media_type, size = document.get("mediaType"), document.get("size")
        if not isinstance(media_type, str) or not media_type:
            raise _invalid("a descriptor has no mediaType")
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise _invalid("a descriptor has no size")
        return Descriptor(
            media_type,
            require_digest(document.get("digest")),
            size,
            _texts(document.get("annotations")),
            _object(document.get("platform")),
            document,
        )

    def dump(self) -> dict[str, Any]:
        """Return the descriptor as it stands in a manifest; one that was parsed, unchanged."""
        if self.document is not None:
            return dict(self.document)
        written: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        if self.annotations:
            written["annotations"] = dict(self.annotations)
        return written


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> dict[str, str]:
    return {name: text for name, text in _object(value).items() if isinstance(text, str)}


def _invalid(reason: str) -> DamagedContent:
    return DamagedContent(f"The manifest is invalid ({reason}): use another image")
