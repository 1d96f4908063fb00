"""The ASGI application of a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from biot_plugin.asgi.handler_threads import HandlerThreads
from biot_plugin.asgi.invocations import Invocations
from biot_plugin.asgi.lifespan import run_lifespan
from biot_plugin.asgi.options import MAX_BYTES
from biot_plugin.asgi.request_body import BodyReader, Disconnected
from biot_plugin.asgi.url_request import UrlRequest
from biot_plugin.asgi.url_response import MalformedReply, UrlResponse
from biot_plugin.errors import HandlerTimeout, Reject
from biot_plugin.logs.thread_traces import EventScope, current_scope
from biot_plugin.replies.error import error_reply, internal_error_reply

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.asgi.interface import Receive, Scope, Send
    from biot_plugin.asgi.invocations import Dispatch
    from biot_plugin.asgi.options import Options
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.replies.response import Reply
    from biot_plugin.settings import Settings
    from biot_plugin.shared_transport import Platform

_BAD_GATEWAY = 502


class Parts(NamedTuple):
    """The parts of the plugin that its application uses."""

    dispatch: Dispatch
    settings: Settings
    keys: PublicKeys
    platform: Platform
    logger: Logger


class Application:
    """Serves a plugin over HTTP: a request becomes the event of a function URL, and the reply its response."""

    def __init__(self, parts: Parts, options: Options) -> None:
        self._parts = parts
        self._options = options
        self._bodies = BodyReader(options.max_body_bytes, options.body_timeout)
        threads: HandlerThreads[Reply] = HandlerThreads(options.threads, options.queue)
        self._invocations = Invocations(parts.dispatch, parts.settings.app_name, threads, options.timeout)
        self._is_ending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the start and the end of the server; a web socket is refused."""
        if scope["type"] == "http":
            await self._serve(UrlRequest.of(scope), receive, send)
        elif scope["type"] == "lifespan":
            await run_lifespan(receive, send, self._start, self._end)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, request: UrlRequest, receive: Receive, send: Send) -> None:
        response = self._health(request) or self._preflight(request) or await self._respond(request, receive)
        if response is not None:
            await response.send(send, request.method)

    def _health(self, request: UrlRequest) -> UrlResponse | None:
        if request.path != self._options.health_path or request.method not in ("GET", "HEAD"):
            return None
        headers = {"content-type": "application/json", "cache-control": "no-store"}
        if self._is_ending:
            return UrlResponse(503, headers, b'{"status":"ending"}')
        if self._invocations.are_exhausted:
            return UrlResponse(503, headers, b'{"status":"all threads hang"}')
        return UrlResponse(200, headers, b'{"status":"ok"}')

    def _preflight(self, request: UrlRequest) -> UrlResponse | None:
        return self._options.cors.preflight(request) if self._options.cors else None

    async def _respond(self, request: UrlRequest, receive: Receive) -> UrlResponse | None:
        """Respond with the plugin's reply; None where nobody waits for it."""
        try:
            body = await self._bodies.read(receive, request.declared_bytes)
            reply = await self._invocations.run(request.event(body), receive)
        except Disconnected:
            return None
        except Reject as error:
            reply = self._refuse(error, request)
        if reply is None:
            return None
        response = self._convert(reply, request)
        return self._options.cors.mark(request, response) if self._options.cors else response

    def _refuse(self, error: Reject, request: UrlRequest) -> Reply:
        more = "; its thread cannot be ended, and goes on" if isinstance(error, HandlerTimeout) else ""
        self._log(f"Stopped the call: {error}{more}", request, is_error=error.status >= 500)
        return error_reply(error, request.trace, self._parts.settings, lambda _path, _type: None)

    def _convert(self, reply: Reply, request: UrlRequest) -> UrlResponse:
        try:
            response = UrlResponse.of(reply)
            if len(response.content) > max(self._options.max_body_bytes, MAX_BYTES):
                raise MalformedReply("its body is larger than a body may be")
        except MalformedReply as error:
            self._log(f"The reply is no HTTP response: {error}", request, is_error=True)
            reply = internal_error_reply(request.trace, self._parts.settings)
            return UrlResponse.of({**reply, "statusCode": _BAD_GATEWAY})
        return response

    def _log(self, message: str, request: UrlRequest, *, is_error: bool) -> None:
        log = self._parts.logger.error if is_error else self._parts.logger.warning
        token = current_scope.set(EventScope(request.trace))
        try:
            log(message)
        finally:
            current_scope.reset(token)

    def _start(self) -> None:
        self._is_ending = False
        if self._parts.settings.validate_jwt and self._parts.settings.base_url:
            self._parts.keys.prefetch()

    async def _end(self) -> None:
        self._is_ending = True
        left = await self._invocations.drain(self._options.shutdown_timeout)
        if left:
            self._parts.logger.warning(f"Calls that were still handled when the server ended: {left}")
        self._parts.platform.close()
