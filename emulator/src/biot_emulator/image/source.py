"""Where the bytes of an image come from."""

from __future__ import annotations

from typing import IO, Protocol

__all__ = ["Source"]


class Source(Protocol):
    """An image in a registry, whichever that is."""

    @property
    def digest(self) -> str:
        """The digest of its manifest."""
        ...

    @property
    def manifest(self) -> bytes:
        """Its manifest, byte by byte as it was pushed."""
        ...

    def open_blob(self, digest: str) -> IO[bytes]:
        """Open one of its blobs, to be read once from the beginning.

        Raises:
            OSError: It cannot be read; as a FileNotFoundError where it is gone.
        """
        ...
