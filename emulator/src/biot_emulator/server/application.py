"""The platform over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from biot_emulator.api.call import Answer, Call
from biot_emulator.errors import ApiError, BadRequest
from biot_emulator.http.response import Response as FunctionResponse
from biot_emulator.platform import Platform
from biot_emulator.server.api_requests import bare_call, read_call
from biot_emulator.server.function_url_requests import BODILESS, function_address, function_request, write_headers
from biot_emulator.wire_json import encode

__all__ = ["application"]

_THREADS = 256

_T = TypeVar("_T")


def application(platform: Platform) -> ASGIApp:
    """An ASGI application that serves the platform: each request, whatever it is, gets an answer of the platform."""
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
                await self._answer_call(request, send)
            else:
                await self._answer_for_plugin(address, request, send)
        except ClientDisconnect:
            return  # nobody is there to answer

    async def _answer_for_plugin(self, address: str, request: Request, send: Send) -> None:
        url_request = await function_request(request)
        response = await self._in_thread(lambda: self._platform.function_url(address, url_request))
        await _function_response(response)(request.scope, request.receive, send)

    async def _answer_call(self, request: Request, send: Send) -> None:
        call = bare_call(request)
        try:
            whole = await read_call(request, call)
            answer = await self._in_thread(lambda: self._platform.handle(whole))
        except BadRequest as error:
            answer = self._platform.error(error, call)
        try:
            await self._response(answer, call)(request.scope, request.receive, send)
        finally:
            # Also where the caller is gone: what was done was done.
            if answer.afterwards:
                await self._in_thread(answer.afterwards)

    def _response(self, answer: Answer, call: Call) -> Response:
        try:
            return _response(answer)
        except ValueError as error:
            return _response(self._platform.error(ApiError(f"The answer is not JSON: {error}"), call))

    async def _in_thread(self, do: Callable[[], _T]) -> _T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(do, limiter=self._limiter)


def _response(answer: Answer) -> Response:
    """Raises ValueError where the body cannot be written as JSON."""
    headers = dict(answer.headers)
    if answer.status_code in BODILESS:
        return Response(None, answer.status_code, headers)
    if answer.content is not None or answer.body is None:
        return Response(answer.content, answer.status_code, headers)
    return Response(encode(answer.body), answer.status_code, headers, "application/json")


def _function_response(answer: FunctionResponse) -> Response:
    response = Response(None if answer.status_code in BODILESS else answer.content, answer.status_code)
    response.raw_headers = write_headers(answer)
    return response
