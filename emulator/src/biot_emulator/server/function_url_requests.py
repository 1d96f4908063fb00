"""Reads the requests to the addresses of plugins: the plugin receives each as it came, whatever it is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Send

from biot_emulator.api.errors import ApiError, BodyTooLarge
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.function_url.response_from_reply import PAYLOAD_TOO_LARGE
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.server.plain.heads import PlainHead
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.services.settings.plugin_addresses import ADDRESS_PATH
from biot_emulator.wire_json import encode

__all__ = [
    "BODILESS",
    "Headers",
    "function_address",
    "function_refusal",
    "function_request",
    "is_at",
    "next_request",
    "send_response",
    "url_request",
    "write_headers",
]

BODILESS = (204, 304)
"""The statuses of responses that never have a body."""

# How the response is sent is the server's own business.
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})

# A comma would make one cookie of two.
_SEPARATORS = {"cookie": "; "}

Headers = list[tuple[bytes, bytes]]
"""Headers by name, as ASGI has them."""


def function_address(request: Request) -> str | None:
    """Return the plugin's address that a request is for; None where it is for the platform."""
    path: str = request.scope["path"]
    return path[len(ADDRESS_PATH) :].partition("/")[0] if path.startswith(ADDRESS_PATH) else None


async def function_request(request: Request, body: RequestBody) -> UrlRequest:
    """Read a request to a plugin's address on the platform. Raises what reading the body raises."""
    raw_path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    return await url_request(request, body, "/" + raw_path[len(ADDRESS_PATH) :].partition("/")[2])


async def url_request(request: Request, body: RequestBody, path: str) -> UrlRequest:
    """Read a request to a function URL. Raises what reading the body raises.

    Args:
        request: The request.
        body: Its body.
        path: The path below the function URL.
    """
    return UrlRequest(
        method=request.method,
        path=path,
        query_string=request.scope["query_string"].decode("latin-1"),
        headers=_joined(request.scope["headers"]),
        content=await body.read(MAX_PAYLOAD_BYTES),
        source_ip=request.client.host if request.client else "127.0.0.1",
    )


def is_at(address: str, head: PlainHead) -> bool:
    """Whether a request is for the plugin with an address."""
    path = f"{ADDRESS_PATH}{address}/".encode("latin-1", "replace")
    return head.path.startswith(path) or head.path == path[:-1]


def next_request(head: PlainHead, content: bytes, source_ip: str) -> UrlRequest:
    """Return a request to a plugin's address that came after another one.

    Args:
        head: Its head.
        content: Its body.
        source_ip: The caller's address.
    """
    below = head.path.decode("latin-1")[len(ADDRESS_PATH) :].partition("/")[2]
    query = head.query.decode("latin-1")
    return UrlRequest(head.method, f"/{below}", query, _joined(head.headers), content, source_ip)


def function_refusal(error: ApiError) -> Response:
    """Return the response to a request that does not reach the plugin, as AWS words it: without the platform's body."""
    if isinstance(error, BodyTooLarge):
        return PAYLOAD_TOO_LARGE
    headers = {"content-type": "application/json", **error.headers}
    return Response(error.status_code, headers, encode({"message": error.message}))


def write_headers(response: Response) -> Headers:
    """Return the headers of a plugin's response, as they are sent."""
    headers = {name: value for name, value in response.headers.items() if name not in _FRAMING}
    if response.status_code not in BODILESS:
        headers["content-length"] = str(len(response.content))
    pairs = [*headers.items(), *(("set-cookie", cookie) for cookie in response.cookies)]
    return [(_bytes(name), _bytes(value)) for name, value in pairs]


async def send_response(response: Response, headers: Headers, body: RequestBody, send: Send) -> None:
    """Send a response; where the request's body has not been read, end the connection with it.

    Args:
        response: The response.
        headers: Its headers, as they are sent.
        body: The body of the request.
        send: Sends a message of ASGI.
    """
    content = b"" if response.status_code in BODILESS else response.content
    is_last = not body.is_complete
    if is_last:
        headers = [*headers, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": is_last})
    if is_last:
        await body.discard()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _joined(pairs: Headers) -> dict[str, str]:
    """Return headers by name; those of the same name are joined, as a function URL joins them."""
    headers: dict[str, str] = {}
    for name, value in ((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs):
        before = headers.get(name)
        headers[name] = value if before is None else f"{before}{_SEPARATORS.get(name, ',')}{value}"
    return headers


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
