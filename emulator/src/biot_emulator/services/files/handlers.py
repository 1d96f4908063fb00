"""Handlers of the file service (contract section 13.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from biot_emulator.api.body_fields import Fields, uuid_variable
from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import BadRequest, TokenNotValid
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.files.catalogue import Catalogue, StoredFile
from biot_emulator.services.files.errors import FileIdNotFound
from biot_emulator.services.files.limits import MOST_PARTS
from biot_emulator.services.files.signed_urls import SignedUrls
from biot_emulator.services.files.uploads import NamedPart, Uploads
from biot_emulator.state.timestamps import timestamp_to_the_second

__all__ = ["FileHandlers"]

_LONGEST_NAME, _LONGEST_TYPE, _LONGEST_ETAG = 128, 100, 200
_INT32 = 2**31
_WORD = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(?:[ \t]*;[\x20-\x7e\t]*)?")
_DISPOSITIONS = ("INLINE", "ATTACHMENT")


@dataclass(frozen=True, slots=True)
class FileHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        catalogue: What is known about files.
        uploads: The uploads in parts.
        urls: Makes signed URLs.
    """

    catalogue: Catalogue
    uploads: Uploads
    urls: SignedUrls

    def upload(self, call: Call) -> ApiResponse:
        """Create a file, with the URL that its content is sent to."""
        file = self.catalogue.add(_caller(call), *_name_and_type(Fields(call.object)))
        url, _ = self.urls.for_upload(file.id)
        return ApiResponse(200, {**_described(file), "signedUrl": url})

    def upload_in_parts(self, call: Call) -> ApiResponse:
        """Create a file, with the URLs that its parts are sent to."""
        fields = Fields(call.object)
        name, mime_type = _name_and_type(fields)
        file = self.catalogue.add(_caller(call), name, mime_type, fields.integer("parts", most=MOST_PARTS))
        return self._with_urls(file, range(1, file.parts + 1))

    def extend(self, call: Call) -> ApiResponse:
        """Return new URLs for some parts of an upload, which it may not have had before."""
        fields = Fields(call.object)
        first, last = (fields.integer(name, most=MOST_PARTS) for name in ("fromPart", "toPart"))
        file = self.uploads.extend(uuid_variable(call, "id"), _caller(call), first, last)
        return self._with_urls(file, range(first, last + 1))

    def save_etags(self, call: Call) -> ApiResponse:
        """Store the ETags of parts that were sent."""
        self.uploads.save_etags(uuid_variable(call, "id"), _caller(call), _parts(call.object))
        return ApiResponse(200)

    def complete(self, call: Call) -> ApiResponse:
        """Make up a file of its parts; return it with a URL to fetch it from."""
        parts = [] if call.json is None else _parts(call.object)
        return self._with_content(self.uploads.complete(uuid_variable(call, "id"), _caller(call), parts), "inline")

    def cancel(self, call: Call) -> ApiResponse:
        """Forget an upload in parts."""
        self.uploads.cancel(uuid_variable(call, "id"), _caller(call))
        return ApiResponse(204)

    def download(self, call: Call) -> ApiResponse:
        """Return a file with a URL to fetch it from."""
        disposition = _disposition(call)
        file = self.catalogue.get(uuid_variable(call, "id"), _caller(call))
        if file.is_uncompleted_upload:
            raise FileIdNotFound(f"The upload of file [{file.id}] is not complete: complete it first", ids=[file.id])
        return self._with_content(file, disposition)

    def _with_content(self, file: StoredFile, disposition: str) -> ApiResponse:
        url = self.urls.for_download(file.id, disposition)
        return ApiResponse(200, {**_described(file), "signedUrl": url})

    def _with_urls(self, file: StoredFile, numbers: Iterable[int]) -> ApiResponse:
        urls = [self._part(file.id, number) for number in numbers]
        return ApiResponse(200, {**_described(file), "parts": file.parts, "signedUrls": urls})

    def _part(self, id: str, number: int) -> dict[str, Any]:
        url, grant = self.urls.for_upload(id, number)
        expiration = timestamp_to_the_second(datetime.fromtimestamp(grant.expires, UTC))
        return {"partNumber": number, "signedUrl": url, "expirationTime": expiration}


def _described(file: StoredFile) -> dict[str, Any]:
    return {"id": file.id, "name": file.name, "mimeType": file.mimeType}


def _caller(call: Call) -> Caller:
    if call.caller is None:
        raise TokenNotValid("The header [authorization] must be [Bearer] and an access token")
    return call.caller


def _name_and_type(fields: Fields) -> tuple[str, str]:
    name, mime_type = fields.text("name", most=_LONGEST_NAME), fields.text("mimeType", most=_LONGEST_TYPE)
    if not _MEDIA_TYPE.fullmatch(mime_type):
        raise fields.wrong("mimeType", "must be a media type, such as text/csv")
    return name, mime_type


def _parts(body: dict[str, Any]) -> list[NamedPart]:
    return [
        (part.integer("partNumber", -_INT32), part.optional_text("etag", most=_LONGEST_ETAG))
        for part in Fields(body).each("parts")
    ]


def _disposition(call: Call) -> str:
    values = call.query.get("contentDisposition", _DISPOSITIONS[:1])
    if len(values) != 1 or values[0] not in _DISPOSITIONS:
        raise BadRequest(f"The parameter [contentDisposition] must be one of {', '.join(_DISPOSITIONS)}")
    return values[0].lower()
