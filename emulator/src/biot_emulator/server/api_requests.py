"""Reads the calls of APIs from HTTP requests."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from biot_emulator.api.call import TRACEPARENT, Call, FormPart, read_query
from biot_emulator.api.errors import BadRequest
from biot_emulator.random_ids import random_hex
from biot_emulator.server.request_bodies import RequestBody

__all__ = ["bare_call", "read_call"]

#: The form that the platform takes has two parts, `config` and `code` (contract section 6.1).
_MAX_PARTS = 16
_FORM = "multipart/form-data"
#: Decodes each byte of a form as one character, so that no part is changed by being text for a while.
_AS_BYTES = "latin-1"


def bare_call(request: Request, id: str = "") -> Call:
    """Return a request's call without query and body, which can be malformed.

    Args:
        request: The request.
        id: The id that it is recorded by.
    """
    traceparent = request.headers.get("traceparent", "")
    match = TRACEPARENT.fullmatch(traceparent)
    trace_id = match[1] if match else random_hex()
    return Call(
        method=request.method,
        path=request.scope["path"],
        headers={name.lower(): value for name, value in request.headers.items()},
        trace_id=trace_id,
        traceparent=traceparent if match else f"00-{trace_id}-{random_hex()[:16]}-00",
        source_ip=request.client.host if request.client else "127.0.0.1",
        id=id,
    )


async def read_call(request: Request, body: RequestBody, call: Call, most: int) -> Call:
    """Return the call with query and body.

    Args:
        request: The request.
        body: Its body.
        call: The call without them.
        most: Maximum size in bytes of the body.

    Raises:
        BadRequest: The query or the form cannot be read.
        BodyTooLarge: The body has more bytes.
        TooSlow: The body does not arrive.
        ClientDisconnect: The caller is gone.
    """
    call = call._replace(query=_query(request))
    if not call.headers.get("content-type", "").lower().startswith(_FORM):
        return call._replace(content=await body.read(most))
    return call._replace(form=await _form(request, body, most))


def _query(request: Request) -> Mapping[str, list[str]]:
    try:
        return read_query(request.scope["query_string"].decode())
    except UnicodeDecodeError:
        raise BadRequest("The query is not UTF-8, encoded for a URL") from None


async def _form(request: Request, body: RequestBody, most: int) -> dict[str, FormPart]:
    headers = Headers({"content-type": f"{request.headers['content-type']}; charset={_AS_BYTES}"})
    limits = {"max_part_size": most, "max_files": _MAX_PARTS, "max_fields": _MAX_PARTS}
    try:
        form = await MultiPartParser(headers, body.chunks(most), **limits).parse()
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
