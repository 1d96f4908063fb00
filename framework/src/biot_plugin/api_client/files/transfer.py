"""Stores files on the platform, and fetches them from there (contract section 13.1)."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from biot_plugin.api_client.files.signed_requests import check_digest, get_request, transfer
from biot_plugin.api_client.files.stored import StoredFile, StreamedFile
from biot_plugin.api_client.responses import parse_object

if TYPE_CHECKING:
    from os import PathLike

    from biot_plugin.api_client.event_calls import EventClient
    from biot_plugin.http.messages import Request
    from biot_plugin.http.time_limit import TimeLimit

_DOWNLOAD = "/file/v1/files/{id}/download"
#: Seconds, and the part of a short time, that are left for the cancellation of an upload.
_CANCEL_SECONDS, _CANCEL_SHARE = 2.0, 0.1


def upload(
    client: EventClient,
    timeout: float | None,
    name: str,
    content: bytes | PathLike[str] | IO[bytes],
    mime_type: str,
) -> StoredFile | StreamedFile:
    """Store a file.

    Raises:
        PlatformError: The file was not stored.
        TypeError: The content is of none of these types; nothing is stored.
        OSError: The content cannot be read; nothing is stored.
    """
    # Who only calls APIs, or downloads, does without them.
    from biot_plugin.api_client.files.parts import Upload
    from biot_plugin.api_client.files.sources import opened

    with opened(content) as source:
        in_memory = isinstance(content, bytes)
        seconds = _seconds(client, timeout, is_streamed=not in_memory)
        time = client.deadline.limit(seconds - min(_CANCEL_SECONDS, seconds * _CANCEL_SHARE))
        id, size = Upload(client, time, name, mime_type).send(source)
    return (
        StoredFile(id, name, mime_type, content)
        if isinstance(content, bytes)
        else StreamedFile(id, name, mime_type, size)
    )


def download(client: EventClient, timeout: float | None, id: str) -> StoredFile:
    """Fetch a file with its content.

    Raises:
        PlatformError: The file could not be fetched.
    """
    from hashlib import md5

    time = client.deadline.limit(timeout)
    request, file = _look_up(client, time, id)
    signed = get_request(request, file["signedUrl"])
    response = transfer(client, signed, time)
    check_digest(signed, response, md5(response.content, usedforsecurity=False).hexdigest())
    return StoredFile(file["id"], file["name"], file["mimeType"], response.content)


def download_to(
    client: EventClient, timeout: float | None, id: str, to: str | PathLike[str] | IO[bytes]
) -> StreamedFile:
    """Fetch a file into a file here; a path has all of the content afterwards, or is what it was.

    Raises:
        PlatformError: The file could not be fetched.
        TypeError: The target is of none of these types.
        OSError: The target cannot be written.
    """
    from biot_plugin.api_client.files.targets import opened_target

    with opened_target(to) as target:
        time = client.deadline.limit(_seconds(client, timeout, is_streamed=True))
        request, file = _look_up(client, time, id)
        signed = get_request(request, file["signedUrl"], target)
        check_digest(signed, transfer(client, signed, time), target.digest)
    return StreamedFile(file["id"], file["name"], file["mimeType"], target.size)


def _look_up(client: EventClient, time: TimeLimit, id: str) -> tuple[Request, dict[str, str]]:
    request = client.request("GET", _DOWNLOAD.format(id=quote(id, safe="")))
    return request, parse_object(request, client.call(request, time), "id", "name", "mimeType", "signedUrl")


def _seconds(client: EventClient, timeout: float | None, *, is_streamed: bool) -> float:
    """Return the seconds that a transfer may take: what is too large for the memory may need all that are left."""
    left = client.deadline.seconds_left
    usual = left if is_streamed else client.deadline.TIMEOUT
    return min(left, usual if timeout is None else timeout)
