"""The platform's files: their content goes to and comes from signed addresses outside of the API (section 5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from biot_plugin.api_client.responses import check_success, object_of
from biot_plugin.http.exchange import Request
from biot_plugin.http.paced_connection import Origin
from biot_plugin.platform_errors import UnexpectedAnswer, api_error

if TYPE_CHECKING:
    from biot_plugin.api_client.event_scope import Caller
    from biot_plugin.http.time_limit import TimeLimit

_UPLOAD = "/file/v1/files/upload"
_DOWNLOAD = "/file/v1/files/{id}/download"


class StoredFile(NamedTuple):
    """A file of the platform.

    Attributes:
        id: What entities refer to it by, as `{"id": ...}`.
        name: Its name.
        mime_type: Its media type.
        content: What is in it.
    """

    id: str
    name: str
    mime_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"<StoredFile {self.id}, {len(self.content)} bytes>"


def upload(caller: Caller, time: TimeLimit, name: str, content: bytes, mime_type: str) -> StoredFile:
    """Stores a file.

    Raises:
        PlatformError: It is not stored.
        TypeError: The content is not bytes; nothing is stored.
    """
    if not isinstance(content, bytes):
        raise TypeError(f"upload takes the content as bytes, not as a {type(content).__name__}")
    request = caller.request("POST", _UPLOAD, {"name": name, "mimeType": mime_type})
    made = object_of(request, caller.call(request, time), "id", "signedUrl")
    _transfer(caller, _signed(request, "PUT", made["signedUrl"], mime_type, content), time)
    return StoredFile(made["id"], name, mime_type, content)


def download(caller: Caller, time: TimeLimit, id: str) -> StoredFile:
    """Gives a file with its content.

    Raises:
        PlatformError: It is not to be had.
    """
    request = caller.request("GET", _DOWNLOAD.format(id=quote(id, safe="")))
    found = object_of(request, caller.call(request, time), "id", "name", "mimeType", "signedUrl")
    content = _transfer(caller, _signed(request, "GET", found["signedUrl"]), time)
    return StoredFile(found["id"], found["name"], found["mimeType"], content)


def _signed(request: Request, method: str, url: str, mime_type: str = "", content: bytes = b"") -> Request:
    """A request to a signed address. It gets no header of the API's: the token would be shown to somebody else."""
    try:
        Origin.of(url)
    except ValueError as error:
        reason = f"answered with a signedUrl that cannot be used: {error}"
        raise UnexpectedAnswer(request.call, reason, status=200, trace_id=request.trace_id) from None
    headers = {"accept": "*/*", "user-agent": "biot-plugin", **({"content-type": mime_type} if mime_type else {})}
    return Request(method, url, headers, content)


def _transfer(caller: Caller, request: Request, time: TimeLimit) -> bytes:
    answer = caller.transfer(request, time)
    if answer.status >= 400:
        raise api_error(request.call, answer.status, None, request.trace_id)
    check_success(request, answer)
    return answer.content
