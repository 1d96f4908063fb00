"""Requests that send a blob, or a part of one: written as they arrive, and never in memory as a whole."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect

from biot_emulator.api.errors import TooSlow
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import DigestInvalid, RangeInvalid, UploadInvalid
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.registry.uploads import MAX_BLOB_BYTES, Upload, Writer
from biot_emulator.server.body_memory import BodyMemory
from biot_emulator.server.registry.operations import Query, upload_headers
from biot_emulator.server.registry.paths import Target
from biot_emulator.server.registry.responses import Outgoing
from biot_emulator.server.request_bodies import RequestBody

__all__ = ["BlobUploads"]

_BATCH = 512 * 1024
_CONTENT_RANGE = re.compile(r"(?:bytes[ =])?(\d{1,18})-(\d{1,18})(?:/.*)?")

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class BlobUploads:
    """Responds to requests that send blobs.

    Args:
        registry: The registry.
        memory: What bodies may take up of memory.
        in_thread: Runs in a thread what may wait for a disk.
    """

    def __init__(self, registry: LocalRegistry, memory: BodyMemory, in_thread: InThread) -> None:
        self._registry = registry
        self._memory = memory
        self._in_thread = in_thread

    async def begin(self, target: Target, query: Query, body: RequestBody) -> Outgoing:
        """Begin an upload, or mount a blob, or take a blob as a whole. Raises RegistryError."""
        if "mount" in query:
            digest = Digest.parse(query["mount"])
            origin = query.get("from") or None
            if await self._in_thread(lambda: self._registry.mount(target.repository, digest, origin)):
                return _stored(target.repository, digest)
        whole = Digest.parse(query["digest"]) if "digest" in query and "mount" not in query else None
        upload: Upload = await self._in_thread(lambda: self._registry.uploads.begin(target.repository))
        if whole is None:
            return Outgoing(202, upload_headers(upload.repository, upload.id, 0))
        try:
            await self._receive(upload, None, body)
            await self._in_thread(lambda: self._registry.finish_upload(upload, whole))
        except BaseException:
            self._registry.uploads.discard(upload)
            raise
        return _stored(target.repository, whole)

    async def append(self, target: Target, headers: Mapping[str, str], body: RequestBody) -> Outgoing:
        """Take a chunk. Raises RegistryError."""
        upload = self._registry.uploads.get(target.repository, target.reference)
        await self._receive(upload, _start(headers, body), body)
        return Outgoing(202, upload_headers(upload.repository, upload.id, upload.size))

    async def finish(self, target: Target, query: Query, headers: Mapping[str, str], body: RequestBody) -> Outgoing:
        """Take the last chunk, if there is one, and store the blob. Raises RegistryError."""
        upload = self._registry.uploads.get(target.repository, target.reference)
        if "digest" not in query:
            raise DigestInvalid("The parameter [digest] must be the digest of the blob")
        digest = Digest.parse(query["digest"])
        start = _start(headers, body)
        if not body.is_complete or start is not None:
            await self._receive(upload, start, body)
        await self._in_thread(lambda: self._registry.finish_upload(upload, digest))
        return _stored(target.repository, digest)

    async def _receive(self, upload: Upload, start: int | None, body: RequestBody) -> None:
        size = MAX_BLOB_BYTES if body.declared_size is None else body.declared_size
        async with self._memory.hold(min(size, _BATCH)):
            try:
                with self._registry.uploads.writing(upload, start, body.declared_size or 0) as writer:
                    await self._write(writer, body)
            except RangeInvalid as error:
                error.headers = upload_headers(upload.repository, upload.id, upload.size)
                raise

    async def _write(self, writer: Writer, body: RequestBody) -> None:
        batch = bytearray()
        try:
            async for chunk in body.chunks(MAX_BLOB_BYTES):
                batch += chunk
                if len(batch) >= _BATCH:
                    content, batch = bytes(batch), bytearray()
                    await self._in_thread(partial(writer.write, content))
        except (ClientDisconnect, TooSlow):
            # What has arrived counts: whoever was cut off asks how much that is, and goes on from there.
            writer.write(bytes(batch))
            raise
        await self._in_thread(partial(writer.write, bytes(batch)))


def _start(headers: Mapping[str, str], body: RequestBody) -> int | None:
    """Return which byte a chunk begins with; None where the request does not say. Raises UploadInvalid."""
    text = headers.get("content-range")
    if text is None:
        return None
    match = _CONTENT_RANGE.fullmatch(text)
    if match is None or int(match[2]) < int(match[1]):
        raise UploadInvalid("The header [Content-Range] must be the numbers of first and last byte: FIRST-LAST")
    if body.declared_size not in (None, int(match[2]) - int(match[1]) + 1):
        raise UploadInvalid("[Content-Length] and [Content-Range] must say the same")
    return int(match[1])


def _stored(repository: str, digest: Digest) -> Outgoing:
    return Outgoing(201, {"location": f"/v2/{repository}/blobs/{digest}", "docker-content-digest": str(digest)})
