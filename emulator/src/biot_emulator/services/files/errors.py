"""What the file service refuses, with the codes and details that BioT publishes, and what its signed URLs refuse.

ApiError
├── 400 FromPartLargerThanToPart, InvalidPartNumber, RepeatingPartNumbers, PartsMustNotBeEmpty, IncompleteContent
├── 403 NoUncompletedUpload, UrlNotValid
├── 404 FileIdNotFound
├── 409 HasNoUploadedETags
├── 411 LengthRequired
├── 416 RangeNotSatisfiable
└── 507 DiskFull
"""

from __future__ import annotations

from biot_emulator.api.errors import AccessDenied, ApiError, NotKnown

__all__ = [
    "DiskFull",
    "FileIdNotFound",
    "FromPartLargerThanToPart",
    "HasNoUploadedETags",
    "IncompleteContent",
    "InvalidPartNumber",
    "LengthRequired",
    "NoUncompletedUpload",
    "PartsMustNotBeEmpty",
    "RangeNotSatisfiable",
    "RepeatingPartNumbers",
    "UrlNotValid",
]


class FromPartLargerThanToPart(ApiError):
    """The first part of a range comes after its last one."""

    status_code = 400
    code = "FROM_PART_LARGER_THAN_TO_PART"


class InvalidPartNumber(ApiError):
    """An upload has no such part, or not with this ETag."""

    status_code = 400
    code = "MULTIPLE_PART_UPLOAD_INVALID_PART_NUMBER"


class RepeatingPartNumbers(ApiError):
    """A part is named twice in one request."""

    status_code = 400
    code = "MULTIPLE_PART_UPLOAD_REPEATING_PART_NUMBERS"


class PartsMustNotBeEmpty(ApiError):
    """A request names no part."""

    status_code = 400
    code = "PARTS_MUST_NOT_BE_EMPTY"


class IncompleteContent(ApiError):
    """The content has another number of bytes than the request says, or another digest."""

    status_code = 400
    code = "BAD_REQUEST"


class NoUncompletedUpload(ApiError):
    """The file is no upload in parts, or one that is over."""

    status_code = 403
    code = "FILE_IS_NOT_UNCOMPLETED_MULTIPLE_PART_UPLOAD"


class UrlNotValid(AccessDenied):
    """The platform has not signed the URL, or not for this, or no longer."""


class FileIdNotFound(NotKnown):
    """There is no such file."""

    code = "FILE_ID_NOT_FOUND"


class HasNoUploadedETags(ApiError):
    """No part of an upload has an ETag that was sent to the platform."""

    status_code = 409
    code = "MULTIPLE_PART_UPLOAD_HAS_NO_UPLOADED_ETAGS"


class LengthRequired(ApiError):
    """The request does not say how long the content is."""

    status_code = 411
    code = "LENGTH_REQUIRED"


class RangeNotSatisfiable(ApiError):
    """The content has no such bytes; `size` is how many it has."""

    status_code = 416
    code = "RANGE_NOT_SATISFIABLE"

    @property
    def headers(self) -> dict[str, str]:
        """The content's size, as HTTP requires."""
        return {"content-range": f"bytes */{self.details['size']}"}


class DiskFull(ApiError):
    """There is no room for the content."""

    status_code = 507
    code = "INSUFFICIENT_STORAGE"
