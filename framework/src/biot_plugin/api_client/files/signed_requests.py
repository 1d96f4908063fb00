"""Requests to signed URLs, which may lead to another host than the platform's (contract section 13.1)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from biot_plugin.api_client.responses import require_success
from biot_plugin.http.messages import MAX_BYTES, USER_AGENT, LocalFileFailed, Request, Response, Sink, Source
from biot_plugin.http.origin import Origin
from biot_plugin.platform_errors import UnexpectedAnswer, api_error

if TYPE_CHECKING:
    from biot_plugin.api_client.event_calls import EventClient
    from biot_plugin.http.time_limit import TimeLimit

_MEGABYTE = 1024 * 1024
#: Bytes that a file in memory may have where the function's memory is unknown, as on a developer's machine.
_MAX_BYTES = 512 * _MEGABYTE
#: Bytes that a file may have whose content goes to a file (contract section 13.1).
_MAX_STREAM = 5 * 1024 * 1024 * _MEGABYTE
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1")
_DIGEST = re.compile(r'"?([0-9a-f]{32})"?')
_ENCRYPTION = "x-amz-server-side-encryption"


def put_request(request: Request, url: str, mime_type: str, source: Source) -> Request:
    """Build the request that sends a content to a signed URL; the API call that returned it is the first argument."""
    return _request(request, "PUT", url, {"content-type": mime_type} if mime_type else {})._replace(source=source)


def get_request(request: Request, url: str, sink: Sink | None = None) -> Request:
    """Build the request that fetches a content from a signed URL, into memory where there is no sink."""
    max_bytes = _max_bytes() if sink is None else _MAX_STREAM
    return _request(request, "GET", url, {})._replace(max_bytes=max_bytes, sink=sink)


def transfer(client: EventClient, request: Request, time: TimeLimit) -> Response:
    """Send a request to a signed URL.

    Raises:
        PlatformError: It failed.
        OSError: The file here could not be read or written.
    """
    try:
        response = client.transfer(request, time)
    except LocalFileFailed as failed:
        raise failed.error from None
    if response.status >= 400:
        raise api_error(request.call, response.status, None, request.trace_id)
    require_success(request, response)
    return response


def check_digest(request: Request, response: Response, digest: str) -> None:
    """Check that what arrived is what was sent, where the response's ETag is a digest.

    It is none for files that were sent in parts, or that the storage encrypts with a key of its owner's.

    Raises:
        UnexpectedAnswer: It is not.
    """
    match = _DIGEST.fullmatch(response.headers.get("etag", ""))
    if match is None or response.headers.get(_ENCRYPTION, "AES256") != "AES256" or match[1] == digest:
        return
    reason = f"answered {response.status} with an ETag that is not the digest of the content"
    raise UnexpectedAnswer(request.call, reason, status=response.status, trace_id=request.trace_id)


def _request(request: Request, method: str, url: str, headers: dict[str, str]) -> Request:
    """Build a request to a signed URL, without the headers of API calls: they would send the token to another host."""
    try:
        _check_url(url, Origin.of(request.url))
    except ValueError as error:
        reason = f"answered with an invalid signedUrl: {error}"
        raise UnexpectedAnswer(request.call, reason, status=200, trace_id=request.trace_id) from None
    return Request(method, url, {"accept": "*/*", "user-agent": USER_AGENT, **headers}, max_bytes=MAX_BYTES)


def _check_url(url: str, platform: Origin) -> None:
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("it has characters that an address cannot have")
    origin = Origin.of(url)
    # Where the platform's own API is not encrypted, the token is not either.
    if origin.scheme != "https" and origin != platform and not _LOOPBACK.fullmatch(origin.host):
        raise ValueError("it is not encrypted: it should begin with https")


def _max_bytes() -> int:
    """Return how large a file in memory may be: half of the function's, so that some is left for what handles it."""
    memory = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return max(MAX_BYTES, int(memory) * _MEGABYTE // 2) if memory.isdecimal() else _MAX_BYTES
