"""The client of one registry: manifests and blobs by the distribution API (OCI distribution specification)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import hash_for, is_digest, is_hash_of, require_digest
from biot_plugin_cli.registry.errors import DamagedContent, ImageNotFound, LoginRefused
from biot_plugin_cli.registry.login import LoginSource, no_login
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import ACCEPTED
from biot_plugin_cli.registry.reference import require_host, require_repository, require_tag
from biot_plugin_cli.registry.requests.authorization import Scopes
from biot_plugin_cli.registry.requests.backoff import Backoff
from biot_plugin_cli.registry.requests.response import Response
from biot_plugin_cli.registry.requests.sender import Sender
from biot_plugin_cli.registry.transfers.download import BlobReader, Progress, save
from biot_plugin_cli.registry.transfers.upload import Upload, UploadSizes

__all__ = ["Registry"]


def _silent(descriptor: Descriptor, transferred: int) -> None:
    """Report no progress."""


class Registry:
    """A registry. Only registries on this machine may speak http.

    Args:
        host: Its host, with its port; `docker.io` is Docker Hub.
        login: Gives the credentials; called again when they have expired.
        ca_file: Certificates to trust instead of the system's.
        token_hosts: Hosts of token services that may get the credentials, besides the registry's own.
        progress: Called while blobs are transferred.
        sizes: How blobs are cut for an upload.
        backoff: The pauses between attempts.

    Attributes:
        host: The host.
        bytes_sent: How many bytes of blobs were sent, those that were sent twice counted twice.

    Raises:
        InvalidReference: It is no host.
    """

    def __init__(
        self,
        host: str,
        login: LoginSource = no_login,
        *,
        ca_file: Path | None = None,
        token_hosts: Collection[str] = (),
        progress: Progress = _silent,
        sizes: UploadSizes | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.host = require_host(host)
        self.bytes_sent = 0
        self._progress = progress
        self._sizes = sizes or UploadSizes()
        self._sender = Sender(host, login, ca_file, backoff or Backoff(), token_hosts)

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Registry({self.host!r})"

    def close(self) -> None:
        """Close all open connections."""
        self._sender.close()

    def fetch_manifest(self, repository: str, reference: str) -> Manifest:
        """Get a manifest or an index.

        Args:
            repository: The repository.
            reference: A tag or a digest.

        Raises:
            ImageNotFound: There is none.
            DamagedContent: It is not valid, or not what the digest says.
            RegistryRefused: The registry refuses.
            RegistryUnreachable: The registry cannot be reached.
        """
        path, subject = self._manifest_path(repository, reference)
        response = self._sender.send(
            "GET", path, subject=subject, scopes=_pull(repository), headers={"accept": ACCEPTED}
        )
        _verify_digest(response, reference, subject)
        return Manifest.parse(response.content, _media_type(response))

    def find_manifest(self, repository: str, reference: str) -> Manifest | None:
        """Get a manifest or an index; None if there is none. The arguments and errors are those of `fetch_manifest`."""
        try:
            return self.fetch_manifest(repository, reference)
        except ImageNotFound:
            return None

    def push_manifest(self, repository: str, reference: str, manifest: Manifest) -> None:
        """Send a manifest, whose blobs the registry has.

        Args:
            repository: The repository.
            reference: The tag, or the manifest's own digest.
            manifest: The manifest, whose very bytes are sent.

        Raises:
            DamagedContent: The registry has stored something else.
            RegistryRefused: The registry refuses.
            RegistryUnreachable: The registry cannot be reached.
        """
        path, subject = self._manifest_path(repository, reference)
        if is_digest(reference):
            _verify(reference, manifest.content, subject)
        response = self._sender.send(
            "PUT",
            path,
            subject=subject,
            scopes=_push(repository),
            headers={"content-type": manifest.media_type},
            body=manifest.content,
            expected=(200, 201),
        )
        stored = response.headers.get("docker-content-digest")
        if stored is not None and is_digest(stored):
            _verify(stored, manifest.content, subject)

    def delete_manifest(self, repository: str, reference: str) -> bool:
        """Delete a manifest, or a tag where the registry can; False if there is none.

        The arguments and errors are those of `fetch_manifest`.
        """
        path, subject = self._manifest_path(repository, reference)
        scopes = (f"repository:{require_repository(repository)}:delete,pull",)
        response = self._sender.send("DELETE", path, subject=subject, scopes=scopes, expected=(200, 202, 404))
        return response.status != 404

    def has_blob(self, repository: str, digest: str) -> bool | None:
        """Tell whether a repository has a blob; None if the registry does not say, as AWS's public one."""
        return self._has_blob(repository, digest, _pull(repository))

    def blob(self, repository: str, descriptor: Descriptor) -> Blob:
        """Describe a blob of a repository, whose bytes come from the registry each time that it is opened."""
        path = f"/v2/{require_repository(repository)}/blobs/{require_digest(descriptor.digest)}"

        def open_blob() -> BlobReader:
            return BlobReader(self._sender, path, descriptor, _pull(repository), self._progress)

        return Blob(descriptor, open_blob, origin=(self.host, repository))

    def pull_blob(self, repository: str, descriptor: Descriptor, path: Path) -> None:
        """Write a blob to a file, which appears only when all of it is verified.

        Raises:
            ImageNotFound: There is none.
            DamagedContent: It is not what the descriptor says.
            OperationFailed: The file cannot be written, as when the disk is full.
            RegistryRefused: The registry refuses.
            RegistryUnreachable: The registry cannot be reached, or the connection broke too often.
        """
        save(self.blob(repository, descriptor).open(), path)

    def push_blob(self, repository: str, blob: Blob, *, mount_from: str | None = None) -> bool:
        """Make a repository have a blob; False if it had it, or the registry could mount it.

        Args:
            repository: The repository.
            blob: The blob.
            mount_from: Another repository of this registry that has the blob; by default the one that it comes from.

        Raises:
            DamagedContent: The bytes of the blob are not what its descriptor says.
            RegistryRefused: The registry refuses.
            RegistryUnreachable: The registry cannot be reached, or the connection broke too often.
        """
        digest = require_digest(blob.descriptor.digest)
        scopes = _push(repository)
        if self._has_blob(repository, digest, scopes):
            return False
        if mount_from is None and blob.origin is not None and blob.origin[0] == self.host:
            mount_from = blob.origin[1]
        if mount_from is not None:
            require_repository(mount_from)

        def note(count: int, transferred: int) -> None:
            self.bytes_sent += count
            self._progress(blob.descriptor, transferred)

        exists: Callable[[], bool | None] = lambda: self._has_blob(repository, digest, scopes)  # noqa: E731
        return Upload(self._sender, repository, blob, self._sizes, exists, note).run(mount_from)

    def _has_blob(self, repository: str, digest: str, scopes: Scopes) -> bool | None:
        path = f"/v2/{require_repository(repository)}/blobs/{require_digest(digest)}"
        try:
            response = self._sender.send(
                "HEAD", path, subject=f"the blob {digest}", scopes=scopes, expected=(200, 404, 405)
            )
        except LoginRefused:
            return None
        return {200: True, 404: False}.get(response.status)

    def _manifest_path(self, repository: str, reference: str) -> tuple[str, str]:
        by_digest = is_digest(reference)
        identifier = reference if by_digest else require_tag(reference)
        path = f"/v2/{require_repository(repository)}/manifests/{identifier}"
        return path, f"the image {self.host}/{repository}{'@' if by_digest else ':'}{identifier}"


def _pull(repository: str) -> Scopes:
    return (f"repository:{repository}:pull",)


def _push(repository: str) -> Scopes:
    return (f"repository:{repository}:pull,push",)


def _media_type(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def _verify_digest(response: Response, reference: str, subject: str) -> None:
    """Compare a manifest with the digest that it was asked for by, and with the one that the registry states."""
    stated = response.headers.get("docker-content-digest", "")
    for digest in (reference, stated):
        if is_digest(digest):
            _verify(digest, response.content, subject)


def _verify(digest: str, content: bytes, subject: str) -> None:
    hashed = hash_for(digest)
    hashed.update(content)
    if not is_hash_of(digest, hashed):
        raise DamagedContent(f"The manifest of {subject} does not have the digest {digest}: push the image again")
