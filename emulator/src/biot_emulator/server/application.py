"""The platform over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.http.response import Response as FunctionResponse
from biot_emulator.platform import Platform
from biot_emulator.server.api_requests import bare_call, read_call
from biot_emulator.server.function_url_requests import BODILESS, function_address, function_request, write_headers
from biot_emulator.wire_json import encode

__all__ = ["application"]

_THREADS = 256

_T = TypeVar("_T")


def application(platform: Platform) -> ASGIApp:
    """Return an ASGI application that serves a platform: every request gets a response of the platform."""
    return _Application(platform)


class _Application:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        address = function_address(request)
        try:
            if address is None:
                await self._respond_to_call(request, send)
            else:
                await self._respond_for_plugin(address, request, send)
        except ClientDisconnect:
            return  # nobody is there any more

    async def _respond_for_plugin(self, address: str, request: Request, send: Send) -> None:
        url_request = await function_request(request)
        response = await self._in_thread(lambda: self._platform.handle_function_url(address, url_request))
        await _render_function_response(response)(request.scope, request.receive, send)

    async def _respond_to_call(self, request: Request, send: Send) -> None:
        call = bare_call(request)
        try:
            complete = await read_call(request, call)
            response = await self._in_thread(lambda: self._platform.handle(complete))
        except BadRequest as error:
            response = self._platform.error(error, call)
        try:
            await self._render(response, call)(request.scope, request.receive, send)
        finally:
            # Also where the caller is gone: what has changed has changed.
            if response.afterwards:
                await self._in_thread(response.afterwards)

    def _render(self, api_response: ApiResponse, call: Call) -> Response:
        try:
            return _render(api_response)
        except ValueError as error:
            return _render(self._platform.error(ApiError(f"The response is not JSON: {error}"), call))

    async def _in_thread(self, do: Callable[[], _T]) -> _T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(do, limiter=self._limiter)


def _render(api_response: ApiResponse) -> Response:
    """Render a response. Raises ValueError where the body cannot be written as JSON."""
    headers, status_code = dict(api_response.headers), api_response.status_code
    if status_code in BODILESS:
        return Response(None, status_code, headers)
    if api_response.content is not None or api_response.body is None:
        return Response(api_response.content, status_code, headers)
    return Response(encode(api_response.body), status_code, headers, "application/json")


def _render_function_response(function_response: FunctionResponse) -> Response:
    response = Response(
        None if function_response.status_code in BODILESS else function_response.content, function_response.status_code
    )
    response.raw_headers = write_headers(function_response)
    return response
