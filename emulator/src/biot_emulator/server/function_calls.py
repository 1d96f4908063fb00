"""The requests to the addresses of plugins: each reaches its plugin, and gets the plugin's response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext

from starlette.requests import Request
from starlette.types import Send

from biot_emulator.api.errors import ApiError
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.hooks.direct_calls import NO_PLUGIN
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.platform import Platform
from biot_emulator.server.body_memory import BodyMemory
from biot_emulator.server.browser_requests import InThread
from biot_emulator.server.function_url_requests import (
    Headers,
    function_refusal,
    function_request,
    is_at,
    next_request,
    send_response,
    write_headers,
)
from biot_emulator.server.plain.connection import staying
from biot_emulator.server.plain.stays import MOST_BYTES, Stay
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.request_heads import check_head

__all__ = ["FunctionCalls"]


class FunctionCalls:
    """Responds to the requests to the addresses of plugins.

    Args:
        platform: The platform.
        bodies: The memory that bodies may take.
        isolation: Returns the headers that isolate what a browser shows, by the headers of its request.
        in_thread: Runs in a thread what waits for a plugin.
    """

    def __init__(
        self,
        platform: Platform,
        bodies: BodyMemory,
        isolation: Callable[[Mapping[str, str]], Headers],
        in_thread: InThread,
    ) -> None:
        self._platform = platform
        self._bodies = bodies
        self._isolation = isolation
        self._in_thread = in_thread

    async def respond(self, address: str, request: Request, body: RequestBody, send: Send) -> None:
        """Respond to a request.

        Args:
            address: The plugin's address that it is for.
            request: The request.
            body: Its body.
            send: Sends a message of ASGI.

        Raises:
            ClientDisconnect: The caller is gone.
        """
        try:
            response = await self._call(address, request, body)
        except ApiError as error:
            response = function_refusal(error)
        if response is not None:
            await send_response(response, [*write_headers(response), *self._isolation(request.headers)], body, send)

    async def _call(self, address: str, request: Request, body: RequestBody) -> Response | None:
        """Return the response that is still to be sent; None where a thread has sent it."""
        check_head(request)
        if not await self._has_plugin(address):
            return NO_PLUGIN
        size = body.declared_size
        async with self._bodies.hold(MAX_PAYLOAD_BYTES if size is None else 0 if size > MAX_PAYLOAD_BYTES else size):
            first = await function_request(request, body)
            # The memory of a large body is for others as soon as there is a response.
            is_small = len(first.content) <= MOST_BYTES
            with staying(request.scope) if is_small else nullcontext() as stay:
                return await self._in_thread(lambda: self._serve(address, first, stay))

    async def _has_plugin(self, address: str) -> bool:
        if self._platform.knows_function_url(address):
            return True
        return await self._in_thread(lambda: self._platform.has_function_url(address))

    def _serve(self, address: str, request: UrlRequest, stay: Stay | None) -> Response | None:
        """Respond to a request and, if this thread may stay, to those that follow it."""
        response = self._platform.handle_function_url(address, request)
        while stay and self._send(response, request, stay):
            following = stay.next_request(lambda head: is_at(address, head))
            if following is None:
                return None
            request = next_request(*following, request.source_ip)
            response = self._platform.handle_function_url(address, request)
        return response

    def _send(self, response: Response, request: UrlRequest, stay: Stay) -> bool:
        headers = [*write_headers(response), *self._isolation(request.headers)]
        return stay.send(response.status_code, headers, response.content)
