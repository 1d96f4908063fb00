"""The images of plugins in a registry that is not the platform's own; what is pulled of them is stored here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import BlobUnknown, ManifestUnknown, RegistryError
from biot_emulator.registry.manifests import MAX_MANIFEST_BYTES, OCI_IMAGE, OCI_INDEX, Manifest
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.registry.outside.pull_client import PullClient
from biot_emulator.wire_json import decode

__all__ = ["PulledImage", "PulledImages"]


class PulledImage:
    """An image, whose blobs are pulled when they are needed.

    Args:
        manifest: Its manifest.
        files: Where blobs are stored.
        client: Pulls them.
    """

    def __init__(self, manifest: Manifest, files: BlobFiles, client: PullClient) -> None:
        self._manifest = manifest
        self._files = files
        self._client = client

    @property
    def manifest(self) -> Manifest:
        """Its manifest."""
        return self._manifest

    def open_blob(self, digest: str) -> BinaryIO:
        """Open a blob of it, which is verified while it is read. Raises RegistryError."""
        parsed = Digest.parse(digest)
        self._pull(parsed)
        return self._files.open_verified(parsed)

    def blob_path(self, digest: str) -> Path:
        """Return the file with a blob of it, after its verification. Raises RegistryError."""
        parsed = Digest.parse(digest)
        self._pull(parsed)
        return self._files.verified_path(parsed)

    def _pull(self, digest: Digest) -> None:
        size = self._sizes().get(digest)
        if size is None:
            raise BlobUnknown("The image has no such blob", digest)
        if self._files.size(digest) == size:
            return
        partial = self._files.new_partial()
        try:
            self._client.pull_blob(digest, size, partial, self._files.require_room)
            self._files.flush(partial)
            self._files.adopt(partial, digest)
        except OSError as error:
            raise self._files.failed(error) from error
        finally:
            partial.unlink(missing_ok=True)

    def _sizes(self) -> dict[str, int]:
        document = self._manifest.document
        descriptors: list[Any] = [document.get("config"), *document.get("layers", ())]
        return {item["digest"]: item["size"] for item in descriptors if item}


class PulledImages:
    """The images in a repository elsewhere.

    Args:
        address: The repository.
        files: Where manifests and blobs are stored.
        client: Pulls them.
    """

    def __init__(self, address: RegistryAddress, files: BlobFiles, client: PullClient) -> None:
        self._address = address
        self._files = files
        self._client = client

    @property
    def root(self) -> Path:
        """The folder with what was pulled."""
        return self._files.root

    def repository_uri(self, host: str) -> str:  # noqa: ARG002 - it is the same for everybody
        """Return where images are pushed to."""
        return f"{self._address.netloc}/{self._address.repository}"

    def find(self, tag: str) -> PulledImage | None:
        """Return the image that has a tag now; None where there is none. Raises RegistryError."""
        return self._pulled(tag)

    def get(self, digest: str) -> PulledImage | None:
        """Return the image with a digest; None where there is none. Raises RegistryError."""
        parsed = Digest.parse(digest)
        manifest = self._stored(parsed)
        return self._pulled(parsed) if manifest is None else PulledImage(manifest, self._files, self._client)

    def remove(self, digest: str, used: Iterable[str]) -> None:  # noqa: ARG002 - whatever is not used goes
        """Remove what was pulled of images that no plugin uses; the registry itself is left as it is."""
        self._remove_unused(used)

    def remove_unused(self, used: Iterable[str]) -> None:
        """Remove what was pulled of images that no plugin uses, and partly; only at the start."""
        self._files.check()
        self._files.remove_partials()
        self._remove_unused(used)

    def clear(self) -> None:
        """Remove everything that was pulled."""
        self._files.clear()

    def close(self) -> None:
        """Remove the folder if it is temporary."""
        self._files.close()

    def _pulled(self, reference: str) -> PulledImage | None:
        try:
            manifest = self._client.manifest(reference)
        except ManifestUnknown:
            return None
        self._files.write(manifest.digest, manifest.content)
        return PulledImage(manifest, self._files, self._client)

    def _stored(self, digest: Digest) -> Manifest | None:
        """Return a manifest that was pulled before; None where it was not, or is damaged."""
        try:
            with self._files.open(digest) as file:
                content = file.read(MAX_MANIFEST_BYTES)
            if Digest.of(content, digest.algorithm) != digest:
                return None
            document = decode(content)
            default = OCI_INDEX if "manifests" in document else OCI_IMAGE
            return Manifest.parse(content, document.get("mediaType", default), digest.algorithm)
        except (RegistryError, ValueError):
            return None

    def _remove_unused(self, used: Iterable[str]) -> None:
        needed: set[str] = set()
        for digest in filter(None, used):
            with suppress(RegistryError):
                manifest = self._stored(Digest.parse(digest))
                needed.update([digest, *(manifest.blobs if manifest else ())])
        for stored in list(self._files):
            if stored not in needed:
                self._files.remove(stored)
