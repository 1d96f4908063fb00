"""The platform over HTTP."""

from __future__ import annotations

import logging
from dataclasses import replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiError
from biot_emulator.api.gateway import Admission
from biot_emulator.api.response import ApiResponse
from biot_emulator.operator.parameters import is_operators
from biot_emulator.page.application import Page
from biot_emulator.platform import Platform
from biot_emulator.random_ids import random_uuid
from biot_emulator.server.api_requests import bare_call, read_call
from biot_emulator.server.body_memory import BodyMemory
from biot_emulator.server.browser_requests import BrowserRequests
from biot_emulator.server.event_streams import send_events
from biot_emulator.server.function_calls import FunctionCalls
from biot_emulator.server.function_url_requests import BODILESS, function_address
from biot_emulator.server.registry.application import RegistryApplication
from biot_emulator.server.registry.exchange import ExchangeApplication, is_exchange
from biot_emulator.server.registry.paths import is_distribution_path
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.request_heads import check_head
from biot_emulator.server.threads.working import WorkerThreads
from biot_emulator.server.transfers.downloads import send_file
from biot_emulator.server.transfers.uploads import receive
from biot_emulator.services.files.signed_urls import SIGNED_PATH
from biot_emulator.timelines.callers import LOGIN_PATH
from biot_emulator.timelines.recorded_calls import CallKind, Sent
from biot_emulator.wire_json import encode

__all__ = ["application"]

_log = logging.getLogger("biot_emulator")
_BODY_BYTES = 64 * 1024 * 1024


def application(platform: Platform, page: Page, threads: WorkerThreads) -> ASGIApp:
    """Return an ASGI application that serves a platform: every request gets a response of the platform.

    Args:
        platform: The platform.
        page: Its page.
        threads: One for each connection at most: whoever waits for a plugin keeps no other caller waiting.
    """
    return _Application(platform, page, threads)


class _Application:
    def __init__(self, platform: Platform, page: Page, threads: WorkerThreads) -> None:
        self._platform = platform
        # Apart, so that nobody without a token takes the memory of those who have one.
        self._public_bodies = BodyMemory(_BODY_BYTES)
        self._bodies = BodyMemory(_BODY_BYTES)
        self._in_thread = threads.run
        images = platform.images
        self._registry = (
            RegistryApplication(images.registry, images.credentials, self._in_thread) if images.registry else None
        )
        self._exchange = ExchangeApplication(images.exchange, self._in_thread)
        self._page = BrowserRequests(page, self._in_thread)
        self._functions = FunctionCalls(platform, self._public_bodies, self._page.isolation, self._in_thread)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = RequestBody(request)
        address = function_address(request)
        try:
            if self._registry and is_distribution_path(request.scope["path"]):
                await self._registry.respond(request, body, send)
            elif is_exchange(request):
                await self._exchange.respond(request, body, send)
            elif request.scope["path"].startswith(SIGNED_PATH):
                await self._transfer(request, body, send)
            elif self._page.owns(request):
                await self._page.respond(request, body, send)
            elif address is None:
                await self._respond_to_call(request, body, send)
            else:
                await self._functions.respond(address, request, body, send)
        except ClientDisconnect:
            return  # nobody is there any more

    async def _transfer(self, request: Request, body: RequestBody, send: Send) -> None:
        try:
            await self._transfer_content(request, body, send)
        except ClientDisconnect:
            raise
        except Exception as error:
            call = bare_call(request)
            await _send(self._render(self._platform.failure(error, call), call), request, body, send)

    async def _transfer_content(self, request: Request, body: RequestBody, send: Send) -> None:
        check_head(request)
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        files = self._platform.files
        # By the URL alone: nothing is read of what nobody may send.
        grant = files.admit(request.method, path, query)
        if grant.method == "GET":
            await send_file(grant, request, body, files, self._in_thread, send)
        else:
            await _send(await receive(grant, request, body, files, self._in_thread), request, body, send)

    async def _respond_to_call(self, request: Request, body: RequestBody, send: Send) -> None:
        call = self._begin(request)
        try:
            response = await self._handle(request, body, call)
        except ClientDisconnect:
            self._platform.calls.lose(call.id, "The caller was gone before all of the call had arrived")
            raise
        if response.stream is not None:
            await send_events(response.stream, request, send)
            return
        rendered = self._render(response, call)
        await self._record(call, rendered)
        try:
            await _send(rendered, request, body, send)
        finally:
            # Also where the caller is gone: what has changed has changed.
            if response.afterwards:
                await self._in_thread(response.afterwards)

    def _begin(self, request: Request) -> Call:
        """Record a call before anything is done with it, but for what only looks at the emulator."""
        if is_operators(request.scope["path"]):
            return bare_call(request)
        call = bare_call(request, random_uuid())
        query = request.scope["query_string"].decode("latin-1")
        sent = Sent(call.method, call.path, query, call.headers)
        self._platform.calls.begin(CallKind.API, sent, trace_id=call.trace_id, source_ip=call.source_ip, id=call.id)
        return call

    async def _record(self, call: Call, response: Response) -> None:
        if not call.id:
            return
        content, calls = bytes(response.body), self._platform.calls
        try:
            if call.path.startswith(LOGIN_PATH):
                # It takes a while to take out what is secret.
                await self._in_thread(lambda: calls.finish(call.id, response.status_code, response.headers, content))
            else:
                calls.finish(call.id, response.status_code, response.headers, content)
        except Exception:
            # The caller gets its response, whatever becomes of the record of it.
            _log.exception("A call could not be recorded")

    async def _handle(self, request: Request, body: RequestBody, call: Call) -> ApiResponse:
        try:
            check_head(request)
            admission = await self._in_thread(lambda: self._platform.admit(call))
            if isinstance(admission, ApiResponse):
                return admission
            return await self._handle_admitted(request, body, admission)
        except ApiError as error:
            return self._platform.error(error, call)

    async def _handle_admitted(self, request: Request, body: RequestBody, admission: Admission) -> ApiResponse:
        route = admission.route
        bodies = self._public_bodies if route.public else self._bodies
        async with bodies.hold(_size(body, route.body_limit)):
            call = await read_call(request, body, admission.call, route.body_limit)
            return await self._in_thread(lambda: self._platform.respond(replace(admission, call=call)))

    def _render(self, api_response: ApiResponse, call: Call) -> Response:
        try:
            return _render(api_response)
        except ValueError as error:
            return _render(self._platform.error(ApiError(f"The response is not JSON: {error}"), call))


def _size(body: RequestBody, most: int) -> int:
    """Return how many bytes a body can have that is read."""
    size = body.declared_size
    return most if size is None else 0 if size > most else size


async def _send(response: Response, request: Request, body: RequestBody, send: Send) -> None:
    """Send a response; where the request's body has not been read, end the connection with it."""
    if body.is_complete:
        await response(request.scope, request.receive, send)
        return
    headers = [*response.raw_headers, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    await body.discard()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _render(api_response: ApiResponse) -> Response:
    """Render a response. Raises ValueError where the body cannot be written as JSON."""
    headers, status_code = dict(api_response.headers), api_response.status_code
    if status_code in BODILESS:
        return Response(None, status_code, headers)
    if api_response.content is not None or api_response.body is None:
        return Response(api_response.content, status_code, headers)
    return Response(encode(api_response.body), status_code, headers, "application/json")
