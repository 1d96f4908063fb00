"""The operations of the distribution API that take no blob: what is read, listed and deleted, and manifests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, urlencode

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import BlobRangeInvalid, MethodUnsupported, PageInvalid
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.registry.manifests import OCI_INDEX
from biot_emulator.server.registry.paths import Target
from biot_emulator.server.registry.responses import Outgoing
from biot_emulator.wire_json import encode

__all__ = ["Operations", "Query"]

Query = Mapping[str, str]
"""The parameters of a request's query."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_OCTETS = "application/octet-stream"
_MAX_PAGE = 10_000

_Operation = Callable[["Operations", Target, Query, Mapping[str, str]], Outgoing]


class Operations:
    """Responds to requests without a body.

    Args:
        registry: The registry.
    """

    def __init__(self, registry: LocalRegistry) -> None:
        self._registry = registry

    def respond(self, method: str, target: Target, query: Query, headers: Mapping[str, str]) -> Outgoing:
        """Respond to a request. Raises RegistryError."""
        operations = _OPERATIONS.get(target.kind, {})
        operation = operations.get(method) or operations.get("GET" if method == "HEAD" else "")
        if operation is None:
            raise MethodUnsupported("The distribution API has no such method at this path")
        return operation(self, target, query, headers)

    def put_manifest(self, target: Target, content: bytes, media_type: str) -> Outgoing:
        """Store a manifest. Raises RegistryError."""
        manifest = self._registry.put_manifest(target.repository, target.reference, content, media_type)
        headers = {
            "location": f"/v2/{target.repository}/manifests/{target.reference}",
            "docker-content-digest": str(manifest.digest),
        }
        if manifest.subject:
            headers["oci-subject"] = str(manifest.subject)
        return Outgoing(201, headers)

    def _root(self, *_: object) -> Outgoing:
        return Outgoing.json(200, {})

    def _catalog(self, _: Target, query: Query, __: object) -> Outgoing:
        names, headers = _page(self._registry.names(), query, "/v2/_catalog")
        return Outgoing.json(200, {"repositories": names}, headers)

    def _tags(self, target: Target, query: Query, _: object) -> Outgoing:
        path = f"/v2/{target.repository}/tags/list"
        tags, headers = _page(self._registry.tags(target.repository), query, path)
        return Outgoing.json(200, {"name": target.repository, "tags": tags}, headers)

    def _blob(self, target: Target, _: object, headers: Mapping[str, str]) -> Outgoing:
        digest = Digest.parse(target.reference)
        described = {"content-type": _OCTETS, "docker-content-digest": str(digest), "accept-ranges": "bytes"}
        size = self._registry.blob_size(target.repository, digest)
        part = _byte_range(headers.get("range", ""), size)
        start, end = part or (0, size)
        file = self._registry.open_blob(target.repository, digest)
        file.seek(start)
        if part:
            described["content-range"] = f"bytes {start}-{end - 1}/{size}"
        return Outgoing(206 if part else 200, described, file=file, size=end - start)

    def _blob_head(self, target: Target, *_: object) -> Outgoing:
        digest = Digest.parse(target.reference)
        size = self._registry.blob_size(target.repository, digest, for_push=True)
        headers = {"content-type": _OCTETS, "docker-content-digest": str(digest), "accept-ranges": "bytes"}
        return Outgoing(200, headers, size=size)

    def _delete_blob(self, target: Target, *_: object) -> Outgoing:
        self._registry.delete_blob(target.repository, Digest.parse(target.reference))
        return Outgoing(202)

    def _manifest(self, target: Target, *_: object) -> Outgoing:
        manifest = self._registry.manifest(target.repository, target.reference)
        headers = {"content-type": manifest.media_type, "docker-content-digest": str(manifest.digest)}
        return Outgoing(200, headers, manifest.content)

    def _delete_manifest(self, target: Target, *_: object) -> Outgoing:
        self._registry.delete_manifest(target.repository, target.reference)
        return Outgoing(202)

    def _referrers(self, target: Target, query: Query, _: object) -> Outgoing:
        kind = query.get("artifactType") or None
        index = self._registry.referrers(target.repository, Digest.parse(target.reference), kind)
        headers = {"content-type": OCI_INDEX, **({"oci-filters-applied": "artifactType"} if kind else {})}
        return Outgoing(200, headers, encode(index))

    def _upload(self, target: Target, *_: object) -> Outgoing:
        upload = self._registry.uploads.get(target.repository, target.reference)
        return Outgoing(204, upload_headers(upload.repository, upload.id, upload.size))

    def _cancel_upload(self, target: Target, *_: object) -> Outgoing:
        self._registry.uploads.cancel(self._registry.uploads.get(target.repository, target.reference))
        return Outgoing(204)


def upload_headers(repository: str, id: str, size: int) -> dict[str, str]:
    """Return the headers that say where an upload goes on, and what of it has arrived."""
    return {
        "location": f"/v2/{repository}/blobs/uploads/{id}",
        "docker-upload-uuid": id,
        "range": f"0-{max(size - 1, 0)}",
    }


_OPERATIONS: Mapping[str, Mapping[str, _Operation]] = {
    "root": {"GET": Operations._root},
    "catalog": {"GET": Operations._catalog},
    "tags": {"GET": Operations._tags},
    "blob": {"HEAD": Operations._blob_head, "GET": Operations._blob, "DELETE": Operations._delete_blob},
    "manifest": {"GET": Operations._manifest, "DELETE": Operations._delete_manifest},
    "referrers": {"GET": Operations._referrers},
    "upload": {"GET": Operations._upload, "DELETE": Operations._cancel_upload},
}


def _page(items: Sequence[str], query: Query, path: str) -> tuple[list[str], dict[str, str]]:
    """Return the items of one page of a list, and the header that leads to the next one."""
    after = [item for item in items if item > query.get("last", "")]
    if "n" not in query:
        return after, {}
    text = query["n"]
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise PageInvalid("The parameter [n] must be how many items are sent", text[:100])
    page = after[: min(int(text), _MAX_PAGE)]
    if not page or len(page) == len(after):
        return page, {}
    following = urlencode({"n": text, "last": page[-1]}, quote_via=quote)
    return page, {"link": f'<{path}?{following}>; rel="next"'}


def _byte_range(text: str, size: int) -> tuple[int, int] | None:
    """Return start and end of the bytes that are requested; None for all of them."""
    match = _RANGE.fullmatch(text.replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        start, end = max(size - int(match[2]), 0), size
    else:
        start, end = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    if start >= end:
        if match[1] and match[2] and int(match[2]) < int(match[1]):
            return None  # it is no range, and to be ignored
        raise BlobRangeInvalid("The blob has no such bytes", text[:100], {"content-range": f"bytes */{size}"})
    return start, end
