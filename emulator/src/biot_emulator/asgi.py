"""The platform over HTTP."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

import anyio
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from biot_emulator._json import encode
from biot_emulator.api import Answer, Call, FormPart
from biot_emulator.errors import ApiError, BadRequest
from biot_emulator.platform import Platform

__all__ = ["application"]

_THREADS = 256
#: `config` is a part without a file name, which is refused over 1 MB unless told otherwise (contract section 6.1).
_MAX_PART_BYTES = 64 * 1024 * 1024
_FORM = "multipart/form-data"
#: Gives each byte of a form as one character, so that no part is changed by being text for a while.
_AS_BYTES = "latin-1"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def application(platform: Platform) -> ASGIApp:
    """An ASGI application that serves the platform: each request, whatever it is, gets an answer of the platform."""
    limiter: list[anyio.CapacityLimiter] = []

    def answered(call: Call) -> Response:
        answer = platform.handle(call)
        try:
            return _response(answer)
        except ValueError as error:
            return _response(platform.error(ApiError(f"The answer is not JSON: {error}"), call))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if not limiter:
            limiter.append(anyio.CapacityLimiter(_THREADS))
        request = Request(scope, receive)
        call = _bare_call(request)
        try:
            call = await _call(request, call)
            response = await anyio.to_thread.run_sync(answered, call, limiter=limiter[0])
        except BadRequest as error:
            response = _response(platform.error(error, call))
        except ClientDisconnect:
            return  # nobody is there to answer
        await response(scope, receive, send)

    return serve


def _bare_call(request: Request) -> Call:
    traceparent = request.headers.get("traceparent", "")
    match = _TRACEPARENT.fullmatch(traceparent)
    trace_id = match[1] if match else os.urandom(16).hex()
    return Call(
        method=request.method,
        path=request.scope["path"],
        headers={name.lower(): value for name, value in request.headers.items()},
        trace_id=trace_id,
        traceparent=traceparent if match else f"00-{trace_id}-{os.urandom(8).hex()}-00",
        source_ip=request.client.host if request.client else "127.0.0.1",
    )


async def _call(request: Request, call: Call) -> Call:
    call = replace(call, query=_query(request))
    if not call.headers.get("content-type", "").lower().startswith(_FORM):
        return replace(call, content=await request.body())
    return replace(call, form=await _form(request))


def _query(request: Request) -> Mapping[str, list[str]]:
    try:
        return parse_qs(request.scope["query_string"].decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest("The query is not UTF-8, encoded for a URL") from None


async def _form(request: Request) -> dict[str, FormPart]:
    headers = Headers({"content-type": f"{request.headers['content-type']}; charset={_AS_BYTES}"})
    try:
        form = await MultiPartParser(headers, request.stream(), max_part_size=_MAX_PART_BYTES).parse()
        try:
            return {_text(name): await _part(value) for name, value in form.multi_items()}
        finally:
            await form.close()
    except MultiPartException as error:
        raise BadRequest(f"The form cannot be read: {error.message}") from None
    except UnicodeDecodeError:
        raise BadRequest("The form cannot be read: a name is not UTF-8") from None


async def _part(value: UploadFile | str) -> FormPart:
    if isinstance(value, str):
        return FormPart(value.encode(_AS_BYTES))
    return FormPart(await value.read(), _text(value.filename or ""))


def _text(name: str) -> str:
    return name.encode(_AS_BYTES).decode()


def _response(answer: Answer) -> Response:
    """Raises ValueError where the body cannot be written as JSON."""
    content = None if answer.body is None else encode(answer.body)
    media_type = None if content is None else "application/json"
    return Response(content, answer.status_code, dict(answer.headers), media_type)
