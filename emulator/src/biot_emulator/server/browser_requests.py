"""The requests of browsers: to the page, and to what plugins show at the same host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.types import Send

from biot_emulator.api.errors import ApiError
from biot_emulator.page.application import Page
from biot_emulator.page.errors import PageError
from biot_emulator.page.requests import Request as PageRequest
from biot_emulator.page.responses import Response as PageResponse
from biot_emulator.server.body_memory import BodyMemory
from biot_emulator.server.event_streams import send_events
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.request_heads import check_head

__all__ = ["BrowserRequests"]

_BODY_BYTES = 64 * 1024 * 1024
_MOST_FIELDS = 200
_DOCUMENTS = ("document", "iframe", "frame", "embed", "object", "serviceworker", "sharedworker", "worker")
_SANDBOX = b"sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts"

T = TypeVar("T")


class InThread(Protocol):
    """Runs a function in a thread."""

    def __call__(self, do: Callable[[], T]) -> Awaitable[T]:
        """Return what it returns."""
        ...


class BrowserRequests:
    """Responds to the requests to the page.

    Args:
        page: The page.
        in_thread: Runs in a thread what may wait for a plugin or the state.
    """

    def __init__(self, page: Page, in_thread: InThread) -> None:
        self._page = page
        self._in_thread = in_thread
        self._bodies = BodyMemory(_BODY_BYTES)

    def owns(self, request: Request) -> bool:
        """Whether a request is to the page."""
        return self._page.owns(request.scope["path"])

    def isolation(self, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        """Return the headers that make what a plugin shows in a browser a document of nobody's, where the page is.

        Whatever runs in it could otherwise read the page and send its forms, as the browser holds that both are one
        site. At `localhost` the page is not shown, and nothing is changed.

        Args:
            headers: The headers of the browser's request.
        """
        is_isolated = self._page.is_at(headers.get("host", "").lower()) and _shows_a_document(headers)
        return [(b"content-security-policy", _SANDBOX)] if is_isolated else []

    async def respond(self, request: Request, body: RequestBody, send: Send) -> None:
        """Respond to a request.

        Raises:
            ClientDisconnect: The browser is gone.
        """
        bare = _bare(request)
        try:
            check_head(request)
            response = await self._handle(body, bare)
        except ApiError as error:
            refusal = PageError(error.message)
            refusal.status_code = error.status_code
            response = self._page.refuse(refusal, bare)
        await _send(response, request, body, send)

    async def _handle(self, body: RequestBody, bare: PageRequest) -> PageResponse:
        admission = await self._in_thread(lambda: self._page.admit(bare))
        if isinstance(admission, PageResponse):
            return admission
        async with self._bodies.hold(min(body.declared_size or 0, admission.most)):
            full = replace(bare, form=_fields(await body.read(admission.most)))
            return await self._in_thread(lambda: self._page.finish(admission, full))


def _shows_a_document(headers: Mapping[str, str]) -> bool:
    target = headers.get("sec-fetch-dest")
    # Browsers say what they load for, but not to addresses that are neither this machine's nor encrypted.
    return target in _DOCUMENTS if target is not None else headers.get("user-agent", "").startswith("Mozilla/")


def _bare(request: Request) -> PageRequest:
    query = request.scope["query_string"].decode("latin-1")
    return PageRequest(
        method=request.method,
        path=request.scope["path"],
        headers={name.lower(): value for name, value in request.headers.items()},
        query=_parsed(query),
    )


def _fields(content: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in _parsed(content.decode("latin-1")).items()}


def _parsed(text: str) -> Mapping[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}  # nobody fills in so many


async def _send(response: PageResponse, request: Request, body: RequestBody, send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in response.headers]
    if response.stream is not None and request.method == "HEAD":
        response.stream.close()
    elif response.stream is not None:
        await send_events(response.stream, request, send, headers)
        return
    if not body.is_complete:
        headers.append((b"connection", b"close"))
    length = str(len(response.content)).encode()
    head = [*headers, (b"content-length", length)]
    await send({"type": "http.response.start", "status": response.status_code, "headers": head})
    content = b"" if request.method == "HEAD" else response.content
    more = not body.is_complete
    await send({"type": "http.response.body", "body": content, "more_body": more})
    if more:
        try:
            await body.discard()
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
