"""Sends a content to the platform: at once, or in parts, one after the other (contract section 13.1)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from biot_plugin.api_client.files.signed_requests import check_digest, put_request, transfer
from biot_plugin.api_client.files.sources import MAX_PARTS
from biot_plugin.api_client.responses import parse_json, parse_object
from biot_plugin.platform_errors import AccessDenied, PlatformError, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from biot_plugin.api_client.event_calls import EventClient
    from biot_plugin.api_client.files.sources import MemoryPart, Part, Parts
    from biot_plugin.http.messages import Request, Response
    from biot_plugin.http.time_limit import TimeLimit

_UPLOAD = "/file/v1/files/upload"
_PARTS = f"{_UPLOAD}/parts"
#: For how many parts URLs are requested at once: they expire.
_BATCH = 16
_CANCEL_SECONDS = 2.0


class Upload:
    """Stores one file.

    Args:
        client: Calls the platform.
        time: How long it may take.
        name: The file's name.
        mime_type: The file's media type.
    """

    def __init__(self, client: EventClient, time: TimeLimit, name: str, mime_type: str) -> None:
        self._client = client
        self._time = time
        self._described = {"name": name, "mimeType": mime_type}
        self._mime_type = mime_type

    def send(self, parts: Parts) -> tuple[str, int]:
        """Send a content; return the file's id, and how many bytes it has.

        Raises:
            PlatformError: The file was not stored. An upload in parts has been cancelled, if there was time.
            OSError: The content cannot be read.
        """
        first = next(parts.each)
        second = next(parts.each, None)
        if second is None:
            return self._send_at_once(first), first.size
        return self._send_in_parts(chain((first, second), parts.each), parts.count)

    def _send_at_once(self, part: Part | MemoryPart) -> str:
        request = self._client.request("POST", _UPLOAD, self._described)
        created = parse_object(request, self._client.call(request, self._time), "id", "signedUrl")
        self._put(request, created["signedUrl"], part)
        id: str = created["id"]
        return id

    def _send_in_parts(self, parts: Iterator[Part | MemoryPart], count: int | None) -> tuple[str, int]:
        most = min(_BATCH, count or MAX_PARTS)
        request, created = self._post(_PARTS, {**self._described, "parts": most})
        id: str = created["id"]
        try:
            return id, self._send_each(id, parts, count or MAX_PARTS, _SignedUrls(request, created))
        except BaseException:
            self._cancel(id)
            raise

    def _send_each(self, id: str, parts: Iterator[Part | MemoryPart], count: int, urls: _SignedUrls) -> int:
        etags, size = [], 0
        for number, part in enumerate(parts, start=1):
            if number not in urls:
                urls = self._new_urls(id, number, min(number + _BATCH - 1, max(count, number)))
            etag = self._put_part(id, number, part, urls)
            etags.append({"partNumber": number, "etag": etag})
            size += part.size
        self._post(f"{_PARTS}/{id}/complete", {"parts": etags})
        return size

    def _put_part(self, id: str, number: int, part: Part | MemoryPart, urls: _SignedUrls) -> str:
        """Send a part, once more where its URL has expired; return its ETag."""
        try:
            signed, response = self._put(urls.request, urls.of(number), part)
        except AccessDenied:
            urls = self._new_urls(id, number, number)
            signed, response = self._put(urls.request, urls.of(number), part)
        etag = response.headers.get("etag")
        if not etag:
            reason = f"answered {response.status} without an ETag"
            raise UnexpectedAnswer(signed.call, reason, status=response.status, trace_id=signed.trace_id)
        return etag

    def _put(self, request: Request, url: str, part: Part | MemoryPart) -> tuple[Request, Response]:
        signed = put_request(request, url, self._mime_type, part)
        response = transfer(self._client, signed, self._time)
        check_digest(signed, response, part.digest)
        return signed, response

    def _new_urls(self, id: str, first: int, last: int) -> _SignedUrls:
        return _SignedUrls(*self._post(f"{_PARTS}/{id}", {"fromPart": first, "toPart": last}))

    def _post(self, path: str, json: Any) -> tuple[Request, dict[str, Any]]:
        request = self._client.request("POST", path, json)
        return request, parse_object(request, self._client.call(request, self._time), "id")

    def _cancel(self, id: str) -> None:
        request = self._client.request("DELETE", f"{_PARTS}/{id}/cancel")
        try:
            parse_json(request, self._client.call(request, self._client.deadline.limit(_CANCEL_SECONDS)))
        except PlatformError as error:
            self._client.log(f"An upload was left incomplete: {error}")


class _SignedUrls:
    """The signed URLs of some parts.

    Args:
        request: The API call that returned them.
        created: What it returned.
    """

    def __init__(self, request: Request, created: dict[str, Any]) -> None:
        listed = created.get("signedUrls")
        entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        self.request = request
        self._urls = {str(entry.get("partNumber")): entry.get("signedUrl") for entry in entries}

    def __contains__(self, number: int) -> bool:
        return str(number) in self._urls

    def of(self, number: int) -> str:
        """Return the URL of a part. Raises UnexpectedAnswer."""
        url = self._urls.get(str(number))
        if isinstance(url, str):
            return url
        reason = f"answered 200, without the signedUrl of part {number}"
        raise UnexpectedAnswer(self.request.call, reason, status=200, trace_id=self.request.trace_id)
