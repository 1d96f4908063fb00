"""What each repository has: its blobs, its manifests and its tags, in the platform's state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.manifests import Manifest
from biot_emulator.state.store import Store

__all__ = ["Repositories", "StoredManifest"]

_BLOBS = "image-blobs"
_MANIFESTS = "image-manifests"
_TAGS = "image-tags"


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """What is stored about a manifest beside its bytes.

    Attributes:
        repository: The repository that has it.
        digest: Its digest.
        media_type: Its media type.
        size: Its size in bytes.
        blobs: The blobs that it refers to.
        manifests: The manifests that it lists.
        subject: The manifest that it says something about; None for none.
    """

    repository: str
    digest: Digest
    media_type: str
    size: int
    blobs: tuple[Digest, ...]
    manifests: tuple[Digest, ...]
    subject: Digest | None


class Repositories:
    """The contents of all repositories; where each content is, is not known here.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.transaction = store.transaction

    def names(self) -> list[str]:
        """Return the names of all repositories that have something, in order."""
        collections = (_BLOBS, _MANIFESTS)
        return sorted({document["repository"] for name in collections for document in self._store.all(name)})

    def has(self, repository: str) -> bool:
        """Whether a repository has something."""
        return repository in self.names()

    def add_blob(self, repository: str, digest: Digest, size: int) -> None:
        """Give a repository a blob."""
        document = {"repository": repository, "digest": digest, "size": size}
        self._store.put(_BLOBS, f"{repository}@{digest}", document)

    def blob_size(self, repository: str, digest: Digest) -> int | None:
        """Return the size of a repository's blob in bytes; None where it has no such blob."""
        document = self._store.get(_BLOBS, f"{repository}@{digest}")
        return None if document is None else int(document["size"])

    def repository_with_blob(self, digest: Digest) -> str | None:
        """Return a repository that has a blob; None where none has."""
        return next((item["repository"] for item in self._store.all(_BLOBS) if item["digest"] == digest), None)

    def remove_blob(self, repository: str, digest: Digest) -> bool:
        """Take a blob from a repository; return whether it had it."""
        return self._store.delete(_BLOBS, f"{repository}@{digest}")

    def add_manifest(self, repository: str, manifest: Manifest) -> None:
        """Give a repository a manifest."""
        document = {
            "repository": repository,
            "digest": manifest.digest,
            "mediaType": manifest.media_type,
            "size": len(manifest.content),
            "blobs": manifest.blobs,
            "manifests": manifest.manifests,
            "subject": manifest.subject,
        }
        self._store.put(_MANIFESTS, f"{repository}@{manifest.digest}", document)

    def manifest(self, repository: str, digest: Digest) -> StoredManifest | None:
        """Return a repository's manifest; None where it has no such manifest."""
        document = self._store.get(_MANIFESTS, f"{repository}@{digest}")
        return None if document is None else _stored_manifest(document)

    def manifests(self, repository: str | None = None) -> Iterator[StoredManifest]:
        """Yield the manifests of a repository, or of all."""
        for document in self._store.all(_MANIFESTS):
            if repository in (None, document["repository"]):
                yield _stored_manifest(document)

    def remove_manifest(self, repository: str, digest: Digest) -> bool:
        """Take a manifest from a repository, and the tags that name it; return whether it had it."""
        with self._store.transaction():
            for tag, tagged in self.tags(repository).items():
                if tagged == digest:
                    self.remove_tag(repository, tag)
            return self._store.delete(_MANIFESTS, f"{repository}@{digest}")

    def set_tag(self, repository: str, tag: str, digest: Digest) -> None:
        """Have a tag name a manifest, whatever it named before."""
        self._store.put(_TAGS, f"{repository}:{tag}", {"repository": repository, "tag": tag, "digest": digest})

    def tagged(self, repository: str, tag: str) -> Digest | None:
        """Return the digest that a tag names; None where there is no such tag."""
        document = self._store.get(_TAGS, f"{repository}:{tag}")
        return None if document is None else Digest(document["digest"])

    def tags(self, repository: str) -> dict[str, Digest]:
        """Return the digests of a repository's tags."""
        documents = [item for item in self._store.all(_TAGS) if item["repository"] == repository]
        return {document["tag"]: Digest(document["digest"]) for document in documents}

    def remove_tag(self, repository: str, tag: str) -> bool:
        """Remove a tag; return whether it was there."""
        return self._store.delete(_TAGS, f"{repository}:{tag}")

    def blobs(self) -> Iterator[tuple[str, Digest]]:
        """Yield every blob of every repository."""
        for document in self._store.all(_BLOBS):
            yield document["repository"], Digest(document["digest"])


def _stored_manifest(document: dict[str, Any]) -> StoredManifest:
    subject = document["subject"]
    return StoredManifest(
        document["repository"],
        Digest(document["digest"]),
        document["mediaType"],
        document["size"],
        tuple(map(Digest, document["blobs"])),
        tuple(map(Digest, document["manifests"])),
        None if subject is None else Digest(subject),
    )
