"""The platform over HTTP."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import anyio
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from biot_emulator._asgi_functions import function_address, function_request, write_headers
from biot_emulator.api import Answer, Call, FormPart
from biot_emulator.errors import BadRequest
from biot_emulator.platform import Platform
from biot_emulator.response import Response as FunctionResponse

__all__ = ["application"]

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_THREADS = 256
_BODILESS = (204, 304)
#: `config` is a part without a file name, which is refused over 1 MB unless told otherwise (contract section 6.1).
_MAX_PART_BYTES = 64 * 1024 * 1024
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def application(platform: Platform) -> Starlette:
    """An ASGI application that serves the platform."""
    limiter: list[anyio.CapacityLimiter] = []

    async def serve(request: Request) -> Response:
        if not limiter:
            limiter.append(anyio.CapacityLimiter(_THREADS))
        if (address := function_address(request)) is not None:
            url_request = await function_request(request)
            answer = await anyio.to_thread.run_sync(platform.function_url, address, url_request, limiter=limiter[0])
            return _function_response(answer)
        call = _bare_call(request)
        try:
            call = await _call(request, call)
        except BadRequest as error:
            return _response(platform.error(error, call))
        return _response(await anyio.to_thread.run_sync(platform.handle, call, limiter=limiter[0]))

    return Starlette(routes=[Route("/{path:path}", serve, methods=_METHODS)])


def _bare_call(request: Request) -> Call:
    traceparent = request.headers.get("traceparent", "")
    match = _TRACEPARENT.fullmatch(traceparent)
    trace_id = match[1] if match else os.urandom(16).hex()
    return Call(
        method=request.method,
        path=request.url.path,
        query=parse_qs(request.url.query, keep_blank_values=True),
        headers={name.lower(): value for name, value in request.headers.items()},
        trace_id=trace_id,
        traceparent=traceparent if match else f"00-{trace_id}-{os.urandom(8).hex()}-00",
        source_ip=request.client.host if request.client else "127.0.0.1",
    )


async def _call(request: Request, call: Call) -> Call:
    if not call.headers.get("content-type", "").startswith("multipart/form-data"):
        return replace(call, content=await request.body())
    try:
        async with request.form(max_part_size=_MAX_PART_BYTES) as form:
            return replace(call, form={name: await _part(value) for name, value in form.multi_items()})
    except MultiPartException as error:
        raise BadRequest(f"The form cannot be read: {error.message}") from None


async def _part(value: Any) -> FormPart:
    if isinstance(value, UploadFile):
        return FormPart(await value.read(), value.filename)
    return FormPart(str(value).encode())


def _response(answer: Answer) -> Response:
    task = BackgroundTask(answer.afterwards) if answer.afterwards else None
    headers = dict(answer.headers)
    if answer.body is None or answer.content is not None or answer.status_code in _BODILESS:
        content = None if answer.status_code in _BODILESS else answer.content
        return Response(content, answer.status_code, headers, background=task)
    return JSONResponse(answer.body, answer.status_code, headers, background=task)


def _function_response(answer: FunctionResponse) -> Response:
    response = Response(answer.content, answer.status_code)
    response.raw_headers = write_headers(answer)
    return response
