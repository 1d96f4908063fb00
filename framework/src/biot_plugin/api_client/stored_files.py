"""The platform's files, whose content is sent to and fetched from signed URLs (contract section 5.6)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from biot_plugin.api_client.responses import parse_object, require_success
from biot_plugin.http.messages import MAX_BYTES, USER_AGENT, Request
from biot_plugin.http.origin import Origin
from biot_plugin.platform_errors import UnexpectedAnswer, api_error

if TYPE_CHECKING:
    from biot_plugin.api_client.event_calls import EventClient
    from biot_plugin.http.time_limit import TimeLimit

_UPLOAD = "/file/v1/files/upload"
_DOWNLOAD = "/file/v1/files/{id}/download"
_MEGABYTE = 1024 * 1024
#: Bytes that a file may have where the function's memory is unknown, as on a developer's machine.
_MAX_BYTES = 512 * _MEGABYTE


class StoredFile(NamedTuple):
    """A file of the platform.

    Attributes:
        id: The id that entities refer to, as `{"id": ...}`.
        name: The file's name.
        mime_type: The file's media type.
        content: The file's content.
    """

    id: str
    name: str
    mime_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"<StoredFile {self.id}, {len(self.content)} bytes>"


def upload(client: EventClient, time: TimeLimit, name: str, content: bytes, mime_type: str) -> StoredFile:
    """Store a file.

    Raises:
        PlatformError: The file was not stored.
        TypeError: The content is not bytes; nothing is stored.
    """
    if not isinstance(content, bytes):
        raise TypeError(f"upload needs the content as bytes, not as a {type(content).__name__}")
    request = client.request("POST", _UPLOAD, {"name": name, "mimeType": mime_type})
    created = parse_object(request, client.call(request, time), "id", "signedUrl")
    _transfer(client, _signed_request(request, "PUT", created["signedUrl"], mime_type, content), time)
    return StoredFile(created["id"], name, mime_type, content)


def download(client: EventClient, time: TimeLimit, id: str) -> StoredFile:
    """Fetch a file with its content.

    Raises:
        PlatformError: The file could not be fetched.
    """
    request = client.request("GET", _DOWNLOAD.format(id=quote(id, safe="")))
    file = parse_object(request, client.call(request, time), "id", "name", "mimeType", "signedUrl")
    content = _transfer(client, _signed_request(request, "GET", file["signedUrl"]), time)
    return StoredFile(file["id"], file["name"], file["mimeType"], content)


def _signed_request(request: Request, method: str, url: str, mime_type: str = "", content: bytes = b"") -> Request:
    """Build a request to a signed URL, without the headers of API calls: they would send the token to another host."""
    try:
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("it has characters that an address cannot have")
        Origin.of(url)
    except ValueError as error:
        reason = f"answered with an invalid signedUrl: {error}"
        raise UnexpectedAnswer(request.call, reason, status=200, trace_id=request.trace_id) from None
    headers = {"accept": "*/*", "user-agent": USER_AGENT, **({"content-type": mime_type} if mime_type else {})}
    return Request(method, url, headers, content, _max_bytes())


def _max_bytes() -> int:
    """Return how large a file may be: half of the function's memory, so that some is left for what handles it."""
    memory = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return max(MAX_BYTES, int(memory) * _MEGABYTE // 2) if memory.isdecimal() else _MAX_BYTES


def _transfer(client: EventClient, request: Request, time: TimeLimit) -> bytes:
    response = client.transfer(request, time)
    if response.status >= 400:
        raise api_error(request.call, response.status, None, request.trace_id)
    require_success(request, response)
    return response.content
