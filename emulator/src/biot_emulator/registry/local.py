"""The platform's own registry: what the distribution API can do with it (specification of OCI, version 1.1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import (
    BlobUnknown,
    DigestInvalid,
    ImageInUse,
    ManifestBlobUnknown,
    ManifestUnknown,
    NameUnknown,
    RegistryError,
)
from biot_emulator.registry.manifests import OCI_INDEX, Manifest
from biot_emulator.registry.names import check_reference, is_tag
from biot_emulator.registry.repositories import Repositories, StoredManifest
from biot_emulator.registry.uploads import Upload, Uploads
from biot_emulator.state.store import Store

__all__ = ["PLUGINS", "LocalImage", "LocalRegistry"]

PLUGINS = "plugins"
"""The repository with the images of plugins."""

#: How long a blob may wait for the manifest that it is pushed for.
_PENDING_SECONDS = 3600.0


class LocalImage:
    """An image in the registry.

    Args:
        manifest: Its manifest.
        files: Where its blobs are.
    """

    def __init__(self, manifest: Manifest, files: BlobFiles) -> None:
        self._manifest = manifest
        self._files = files

    @property
    def manifest(self) -> Manifest:
        """Its manifest."""
        return self._manifest

    def open_blob(self, digest: str) -> BinaryIO:
        """Open a blob of it, which is verified while it is read. Raises RegistryError."""
        return self._files.open_verified(Digest.parse(digest))

    def blob_path(self, digest: str) -> Path:
        """Return the file with a blob of it, after its verification. Raises RegistryError."""
        return self._files.verified_path(Digest.parse(digest))


class LocalRegistry:
    """Repositories with blobs, manifests and tags. Safe for several threads.

    Args:
        store: The platform's state.
        files: Where the bytes are.

    Attributes:
        uploads: The uploads that are under way.
        in_use: Returns the digests of the images that plugins run; whoever has the plugins sets it.
    """

    def __init__(self, store: Store, files: BlobFiles) -> None:
        self._repositories = Repositories(store)
        self._files = files
        self._pending: dict[Digest, float] = {}
        self.uploads = Uploads(files)
        self.in_use: Callable[[], Iterable[str]] = tuple

    @property
    def root(self) -> Path:
        """The folder with its files."""
        return self._files.root

    # Blobs

    def blob_size(self, repository: str, digest: Digest, *, for_push: bool = False) -> int:
        """Return the size of a blob in bytes.

        Args:
            repository: The repository.
            digest: The blob.
            for_push: Whether it stays for a while, as whoever asks may push a manifest that needs it.

        Raises:
            BlobUnknown: The repository has no such blob.
        """
        if for_push:
            self._await_manifest(digest)
        size = self._find_blob(repository, digest)
        if size is None:
            raise BlobUnknown("The repository has no such blob", digest)
        return size

    def open_blob(self, repository: str, digest: Digest) -> BinaryIO:
        """Open a blob for reading. Raises BlobUnknown."""
        if self._find_blob(repository, digest) is None:
            raise BlobUnknown("The repository has no such blob", digest)
        return self._files.open(digest)

    def finish_upload(self, upload: Upload, digest: Digest) -> None:
        """End an upload: the repository has the blob. Raises what `Uploads.finish` raises."""

        def adopt(path: Path) -> None:
            self._files.flush(path)
            with self._repositories.transaction():
                self._files.adopt(path, digest)
                self._repositories.add_blob(upload.repository, digest, upload.size)

        self._await_manifest(digest)
        self.uploads.finish(upload, digest, adopt)

    def mount(self, repository: str, digest: Digest, origin: str | None) -> bool:
        """Give a repository a blob that another one has.

        Args:
            repository: The repository.
            digest: The blob.
            origin: The repository that has it; None for any.

        Returns:
            Whether that has it.
        """
        self._await_manifest(digest)
        with self._repositories.transaction():
            source = origin or self._repositories.repository_with_blob(digest)
            size = None if source is None else self._find_blob(source, digest)
            if size is None:
                return False
            self._repositories.add_blob(repository, digest, size)
            return True

    def delete_blob(self, repository: str, digest: Digest) -> None:
        """Take a blob from a repository.

        Raises:
            BlobUnknown: It has no such blob.
            ImageInUse: An image of a plugin needs it.
        """
        with self._repositories.transaction():
            used = set(self.in_use())
            if any(item.digest in used and digest in item.blobs for item in self._repositories.manifests(repository)):
                raise ImageInUse(
                    "The image of a plugin needs the blob: delete the plugin, or deploy another image to it"
                )
            if not self._repositories.remove_blob(repository, digest):
                raise BlobUnknown("The repository has no such blob", digest)
            self._pending.pop(digest, None)
            self._remove_unused_files([digest])

    # Manifests

    def put_manifest(self, repository: str, reference: str, content: bytes, media_type: str) -> Manifest:
        """Store a manifest, byte by byte as it is.

        Args:
            repository: The repository.
            reference: A tag, or the digest that it must have.
            content: Its bytes.
            media_type: Its media type.

        Raises:
            RegistryError: It is no manifest, has another digest, or needs what the repository does not have.
        """
        digest = Digest.parse(reference) if ":" in check_reference(reference) else None
        manifest = Manifest.parse(content, media_type, digest.algorithm if digest else "sha256")
        if digest not in (None, manifest.digest):
            raise DigestInvalid("The manifest has another digest than the named one", reference)
        with self._repositories.transaction():
            self._check_references(repository, manifest)
            self._files.write(manifest.digest, content)
            self._repositories.add_manifest(repository, manifest)
            if digest is None:
                self._repositories.set_tag(repository, reference, manifest.digest)
        for blob in manifest.blobs:
            self._pending.pop(blob, None)
        return manifest

    def manifest(self, repository: str, reference: str) -> Manifest:
        """Return a manifest by tag or digest.

        Raises:
            ManifestUnknown: The repository has no such manifest.
        """
        stored = self._find_manifest(repository, reference)
        if stored is None:
            self._require_repository(repository)
            raise ManifestUnknown("The repository has no such manifest", reference)
        return self._load(stored)

    def delete_manifest(self, repository: str, reference: str) -> None:
        """Delete a manifest, with its tags, or a tag alone.

        Raises:
            ManifestUnknown: The repository has no such manifest or tag.
            ImageInUse: A plugin runs the image.
        """
        with self._repositories.transaction():
            if ":" not in reference:
                removed = self._repositories.remove_tag(repository, reference)
            else:
                removed = self._delete_by_digest(repository, Digest.parse(reference))
            if not removed:
                raise ManifestUnknown("The repository has no such manifest", reference)

    def tags(self, repository: str) -> list[str]:
        """Return the tags of a repository, in order. Raises NameUnknown."""
        self._require_repository(repository)
        return sorted(self._repositories.tags(repository))

    def names(self) -> list[str]:
        """Return the names of all repositories, in order."""
        return self._repositories.names()

    def referrers(self, repository: str, subject: Digest, artifact_type: str | None = None) -> dict[str, Any]:
        """Return the index of the manifests that say something about another one, of one kind or of all."""
        stored = [item for item in self._repositories.manifests(repository) if item.subject == subject]
        descriptors = [manifest.descriptor for manifest in self._loadable(stored)]
        chosen = [item for item in descriptors if artifact_type in (None, item.get("artifactType"))]
        return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": chosen}

    # Images of plugins

    def repository_uri(self, host: str) -> str:
        """Return where images are pushed to."""
        return f"{host}/{PLUGINS}"

    def find(self, tag: str) -> LocalImage | None:
        """Return the image with a tag; None where there is none."""
        return self._image(tag) if is_tag(tag) else None

    def get(self, digest: str) -> LocalImage | None:
        """Return the image with a digest; None where there is none."""
        return self._image(digest)

    def remove(self, digest: str, used: Iterable[str]) -> None:
        """Remove an image that a plugin had, unless other plugins use it, and whatever only it needed."""
        with self._repositories.transaction():
            parsed = Digest.parse(digest)
            listed = any(parsed in item.manifests for item in self._repositories.manifests(PLUGINS))
            if parsed not in set(used) and not listed:
                self._remove_manifest(PLUGINS, parsed)

    def remove_unused(self, used: Iterable[str]) -> None:  # noqa: ARG002 - images stay until they are deleted
        """Remove what pushes have left that did not end; only at the start, when none is under way."""
        self._files.check()
        self._files.remove_partials()
        with self._repositories.transaction():
            for repository, digest in list(self._repositories.blobs()):
                if self._files.size(digest) is None:
                    self._repositories.remove_blob(repository, digest)
            self._remove_unused_blobs(None)
            self._remove_unused_files(self._files)

    def clear(self) -> None:
        """Remove everything that is not in the platform's state."""
        with self._repositories.transaction():
            self.uploads.clear()
            self._pending.clear()
            self._files.clear()

    def close(self) -> None:
        """Remove its folder if that is temporary."""
        self.uploads.clear()
        self._files.close()

    # What the others need

    def _find_blob(self, repository: str, digest: Digest) -> int | None:
        """Return the size of a blob that is there as a whole; None where it is not."""
        size = self._repositories.blob_size(repository, digest)
        return size if size is not None and self._files.size(digest) == size else None

    def _await_manifest(self, digest: Digest) -> None:
        """Have a blob stay for a while, although nothing refers to it yet: before it is looked for, lest it goes."""
        self._pending[digest] = time.monotonic()

    def _check_references(self, repository: str, manifest: Manifest) -> None:
        for blob in manifest.blobs:
            if self._find_blob(repository, blob) is None:
                raise ManifestBlobUnknown("The repository has not every blob of the image: push the missing one", blob)
        for item in manifest.manifests:
            if self._repositories.manifest(repository, item) is None:
                raise ManifestBlobUnknown("The repository has not every manifest of the index: push it first", item)

    def _require_repository(self, repository: str) -> None:
        if not self._repositories.has(repository):
            raise NameUnknown("There is no such repository: it begins with the first push to it", repository)

    def _find_manifest(self, repository: str, reference: str) -> StoredManifest | None:
        tagged = self._repositories.tagged(repository, reference)
        if tagged is None and ":" in reference:
            tagged = Digest.parse(reference)
        return None if tagged is None else self._repositories.manifest(repository, tagged)

    def _load(self, stored: StoredManifest) -> Manifest:
        with self._files.open(stored.digest) as file:
            content = file.read()
        manifest = Manifest.parse(content, stored.media_type, stored.digest.algorithm)
        if manifest.digest != stored.digest:
            raise ManifestUnknown("The manifest is damaged: push it again", stored.digest)
        return manifest

    def _loadable(self, stored: Iterable[StoredManifest]) -> Iterator[Manifest]:
        for item in stored:
            with suppress(RegistryError):
                yield self._load(item)

    def _image(self, reference: str) -> LocalImage | None:
        try:
            return LocalImage(self.manifest(PLUGINS, reference), self._files)
        except RegistryError:
            return None

    def _delete_by_digest(self, repository: str, digest: Digest) -> bool:
        if repository == PLUGINS and digest in set(self.in_use()):
            raise ImageInUse("A plugin runs the image: delete the plugin, or deploy another image to it", digest)
        return self._remove_manifest(repository, digest)

    def _remove_manifest(self, repository: str, digest: Digest) -> bool:
        stored = self._repositories.manifest(repository, digest)
        if stored is None:
            return False
        with self._repositories.transaction():
            self._repositories.remove_manifest(repository, digest)
            candidates = {*stored.blobs, *self._abandoned()}
            self._remove_unused_blobs(candidates)
            self._remove_unused_files([digest, *candidates])
        return True

    def _remove_unused_blobs(self, candidates: set[Digest] | None) -> None:
        """Take blobs from the repositories in which no manifest needs them, and none is about to."""
        needed = {(item.repository, blob) for item in self._repositories.manifests() for blob in item.blobs}
        for repository, digest in list(self._repositories.blobs()):
            if candidates is not None and digest not in candidates:
                continue
            if (repository, digest) not in needed and not self._is_pending(digest):
                self._repositories.remove_blob(repository, digest)

    def _abandoned(self) -> list[Digest]:
        """Return the blobs for which no manifest has come, and forget that any is awaited."""
        abandoned = [digest for digest in list(self._pending) if not self._is_pending(digest)]
        for digest in abandoned:
            self._pending.pop(digest, None)
        return abandoned

    def _is_pending(self, digest: Digest) -> bool:
        return time.monotonic() - self._pending.get(digest, -_PENDING_SECONDS) < _PENDING_SECONDS

    def _remove_unused_files(self, candidates: Iterable[Digest]) -> None:
        used = {digest for _, digest in self._repositories.blobs()}
        used.update(item.digest for item in self._repositories.manifests())
        for digest in list(candidates):
            if digest not in used:
                self._files.remove(digest)
