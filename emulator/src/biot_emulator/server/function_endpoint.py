"""Serves one function at an address of its own: a plugin that runs elsewhere than on the platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import RequestResponseCycle

from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.closing import Closing
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.server.body_memory import BodyMemory
from biot_emulator.server.connections import BoundedConnection
from biot_emulator.server.function_url_requests import function_refusal, send_response, url_request, write_headers
from biot_emulator.server.listening import listen, server_settings, url_of
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.request_heads import check_head
from biot_emulator.server.threads.serving import ServingThread
from biot_emulator.server.threads.working import WorkerThreads

if TYPE_CHECKING:
    import asyncio

__all__ = ["FunctionEndpoint"]

_HOST = "127.0.0.1"
_BODY_BYTES = 64 * 1024 * 1024


class FunctionEndpoint(Closing):
    """Serves a function on this machine from its creation until it is closed; a context manager.

    Args:
        respond: Responds to a request, in a thread of its own; must not raise.
        port: The port; 0 takes a free one.
        certificate: The files of the certificate and of its key, to serve HTTPS; None for plain HTTP.

    Raises:
        AddressUnavailable: The port is taken.
    """

    def __init__(
        self,
        respond: Callable[[UrlRequest], Response],
        port: int = 0,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        listening = listen(_HOST, port)
        self.port: int = listening.getsockname()[1]
        self._is_secure = certificate is not None
        files: Mapping[str, Path] = (
            dict(zip(("ssl_certfile", "ssl_keyfile"), certificate, strict=True)) if certificate else {}
        )
        self._threads = WorkerThreads()
        settings = server_settings(_Application(respond, self._threads), _Connection, **files)
        self._serving = ServingThread(listening, settings, "biot-emulator-function")

    @property
    def url(self) -> str:
        """The URL that it listens at."""
        scheme, _, rest = url_of(_HOST, self.port).partition(":")
        return f"{scheme}{'s' if self._is_secure else ''}:{rest}"

    def close(self) -> None:
        """Stop serving: the calls that do not finish soon get no response."""
        self._serving.close()
        self._threads.close()


class _Application:
    def __init__(self, respond: Callable[[UrlRequest], Response], threads: WorkerThreads) -> None:
        self._respond = respond
        self._bodies = BodyMemory(_BODY_BYTES)
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = RequestBody(request)
        try:
            response = await self._call(request, body)
            await send_response(response, write_headers(response), body, send)
        except ClientDisconnect:
            return  # nobody is there any more

    async def _call(self, request: Request, body: RequestBody) -> Response:
        try:
            check_head(request)
            size = MAX_PAYLOAD_BYTES if body.declared_size is None else min(body.declared_size, MAX_PAYLOAD_BYTES)
            async with self._bodies.hold(size):
                path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
                call = partial(self._respond, await url_request(request, body, path))
                return await self._threads.run(call)
        except ApiError as error:
            return function_refusal(error)


class _Connection(BoundedConnection):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if transport.get_extra_info("sslcontext"):
            # With a limit of 0, asyncio's TLS takes an empty buffer for a full one, and waits for ever.
            transport.set_write_buffer_limits(high=1, low=0)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        self.refuse(BadRequest("The request is not HTTP: see to its first line, its headers and its length"))

    def refuse(self, error: ApiError) -> None:
        # mypy holds that there is always a cycle
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or not cycle.response_started or cycle.response_complete:
            self.transport.write(_raw(function_refusal(error)))
        self.transport.close()


def _raw(response: Response) -> bytes:
    status = HTTPStatus(response.status_code)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [b": ".join(pair) for pair in write_headers(response)]
    return b"\r\n".join([*lines, b"connection: close", b"", b""]) + response.content
