"""Where the bytes of an image come from."""

from __future__ import annotations

from typing import BinaryIO, Protocol

__all__ = ["Source", "SourceManifest"]


class SourceManifest(Protocol):
    """The manifest of an image, byte by byte as it was pushed."""

    @property
    def digest(self) -> str:
        """Its digest."""
        ...

    @property
    def content(self) -> bytes:
        """Its bytes."""
        ...


class Source(Protocol):
    """An image in a registry, whichever that is."""

    @property
    def manifest(self) -> SourceManifest:
        """Its manifest."""
        ...

    def open_blob(self, digest: str) -> BinaryIO:
        """Open one of its blobs, to be read once from the beginning.

        Raises:
            EmulatorError: It cannot be had; reading may raise it, too.
        """
        ...
