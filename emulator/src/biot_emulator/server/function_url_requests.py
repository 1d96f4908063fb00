"""Reads the requests to the addresses of plugins: the plugin receives each as it came, whatever it is."""

from __future__ import annotations

from starlette.requests import Request

from biot_emulator.api.errors import ApiError, BodyTooLarge
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.function_url.response_from_reply import PAYLOAD_TOO_LARGE
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.services.settings.plugin_addresses import ADDRESS_PATH
from biot_emulator.wire_json import encode

__all__ = ["BODILESS", "function_address", "function_refusal", "function_request", "url_request", "write_headers"]

BODILESS = (204, 304)
"""The statuses of responses that never have a body."""

# How the response is sent is the server's own business.
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})

# A comma would make one cookie of two.
_SEPARATORS = {"cookie": "; "}

Headers = list[tuple[bytes, bytes]]


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
        headers=_headers(request),
        content=await body.read(MAX_PAYLOAD_BYTES),
        source_ip=request.client.host if request.client else "127.0.0.1",
    )


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


def _headers(request: Request) -> dict[str, str]:
    """Return the headers by name; those of the same name are joined, as a function URL joins them."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name, []).append(value)
    return {name: _SEPARATORS.get(name, ",").join(values) for name, values in headers.items()}


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
