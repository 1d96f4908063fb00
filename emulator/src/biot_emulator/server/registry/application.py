"""Serves the registry: who has no password is sent away before anything of a body is read."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.types import Send

from biot_emulator.api.errors import ApiError
from biot_emulator.registry.credentials import RegistryCredentials
from biot_emulator.registry.errors import RegistryError, Unauthorized
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.registry.manifests import MAX_MANIFEST_BYTES
from biot_emulator.server.body_memory import BodyMemory
from biot_emulator.server.registry.blob_uploads import BlobUploads
from biot_emulator.server.registry.operations import Operations
from biot_emulator.server.registry.paths import Target, parse_path
from biot_emulator.server.registry.responses import InThread, Outgoing, refusal, send_response
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.request_heads import check_head

__all__ = ["RegistryApplication"]

_BODY_BYTES = 64 * 1024 * 1024

_Receiver = Callable[[Request, Target, RequestBody], Awaitable[Outgoing]]


class RegistryApplication:
    """Responds to requests of the distribution API.

    Args:
        registry: The registry.
        credentials: Who may use it.
        in_thread: Runs in a thread what may wait for a disk or the state.
    """

    def __init__(self, registry: LocalRegistry, credentials: RegistryCredentials, in_thread: InThread) -> None:
        self._credentials = credentials
        self._in_thread = in_thread
        self._memory = BodyMemory(_BODY_BYTES)
        self._operations = Operations(registry)
        self._uploads = BlobUploads(registry, self._memory, in_thread)
        self._receivers: dict[tuple[str, str], _Receiver] = {
            ("POST", "uploads"): self._begin_upload,
            ("PATCH", "upload"): self._append,
            ("PUT", "upload"): self._finish_upload,
            ("PUT", "manifest"): self._put_manifest,
        }

    async def respond(self, request: Request, body: RequestBody, send: Send) -> None:
        """Respond to a request."""
        try:
            check_head(request)
            self._authenticate(request)
            response = await self._handle(request, body)
        except (RegistryError, ApiError) as error:
            response = refusal(error)
        await send_response(response, request.method, body, send, self._in_thread)

    def _authenticate(self, request: Request) -> None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            user = password = ""
        if scheme.lower() != "basic" or not self._credentials.is_password(user, password):
            raise Unauthorized("Log in as AWS, with the password that temporary credentials are exchanged for")

    async def _handle(self, request: Request, body: RequestBody) -> Outgoing:
        target = parse_path(request.scope["path"])
        method = request.method
        if receiver := self._receivers.get((method, target.kind)):
            return await receiver(request, target, body)
        query, headers = dict(request.query_params), dict(request.headers)
        response: Outgoing = await self._in_thread(lambda: self._operations.respond(method, target, query, headers))
        return response

    async def _begin_upload(self, request: Request, target: Target, body: RequestBody) -> Outgoing:
        return await self._uploads.begin(target, request.query_params, body)

    async def _append(self, request: Request, target: Target, body: RequestBody) -> Outgoing:
        return await self._uploads.append(target, request.headers, body)

    async def _finish_upload(self, request: Request, target: Target, body: RequestBody) -> Outgoing:
        return await self._uploads.finish(target, request.query_params, request.headers, body)

    async def _put_manifest(self, request: Request, target: Target, body: RequestBody) -> Outgoing:
        size = MAX_MANIFEST_BYTES if body.declared_size is None else body.declared_size
        async with self._memory.hold(min(size, MAX_MANIFEST_BYTES)):
            content = await body.read(MAX_MANIFEST_BYTES)
            media_type = request.headers.get("content-type", "")
            response: Outgoing = await self._in_thread(
                lambda: self._operations.put_manifest(target, content, media_type)
            )
        return response
