"""Images to run, wherever they are: the manifest, and the blobs that it refers to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from biot_emulator.registry.manifests import Manifest

__all__ = ["ImageSource", "Images"]


class ImageSource(Protocol):
    """One image.

    Attributes:
        manifest: Its manifest.
    """

    @property
    def manifest(self) -> Manifest:
        """Its manifest, whose digest has been verified."""
        ...

    def open_blob(self, digest: str) -> BinaryIO:
        """Open a blob of it, which is verified while it is read: what reads to the end has the right bytes.

        Raises:
            RegistryError: It cannot be had. Reading raises it where the bytes are others.
        """
        ...

    def blob_path(self, digest: str) -> Path:
        """Return the file with a blob of it, which has been verified.

        Raises:
            RegistryError: It cannot be had.
        """
        ...


class Images(Protocol):
    """The images that plugins can have."""

    def repository_uri(self, host: str) -> str:
        """Return where images are pushed to.

        Args:
            host: Host and port by which the caller has reached the platform.
        """
        ...

    def find(self, tag: str) -> ImageSource | None:
        """Return the image with a tag; None where there is none. Raises RegistryError."""
        ...

    def get(self, digest: str) -> ImageSource | None:
        """Return the image with a digest; None where there is none. Raises RegistryError."""
        ...

    def remove(self, digest: str, used: Iterable[str]) -> None:
        """Remove an image that a plugin had, unless other plugins use it, and whatever only it needed.

        Args:
            digest: Its digest.
            used: The digests of the images that plugins use.
        """
        ...
