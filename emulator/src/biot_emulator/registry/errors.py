"""What the registry refuses, in the words of the distribution API: its errors have statuses and codes of their own.

EmulatorError
└── RegistryError              500 UNKNOWN
    ├── BlobUnknown            404 BLOB_UNKNOWN
    ├── DigestInvalid          400 DIGEST_INVALID
    ├── ImageInUse             403 DENIED
    ├── InsufficientStorage    507 INSUFFICIENT_STORAGE
    ├── ManifestBlobUnknown    400 MANIFEST_BLOB_UNKNOWN
    ├── ManifestInvalid        400 MANIFEST_INVALID
    ├── ManifestTooLarge       413 MANIFEST_INVALID
    ├── ManifestUnknown        404 MANIFEST_UNKNOWN
    ├── MethodUnsupported      405 UNSUPPORTED
    ├── NameInvalid            400 NAME_INVALID
    ├── NameUnknown            404 NAME_UNKNOWN
    ├── PageInvalid            400 PAGINATION_NUMBER_INVALID
    ├── RangeInvalid           416 BLOB_UPLOAD_INVALID
    │   └── BlobRangeInvalid   416 RANGE_INVALID
    ├── RegistryUnreachable    500 UNKNOWN                 registry/outside/pull_client.py
    ├── SizeInvalid            413 SIZE_INVALID
    ├── TagInvalid             400 TAG_INVALID
    ├── Unauthorized           401 UNAUTHORIZED
    ├── UploadInvalid          400 BLOB_UPLOAD_INVALID
    └── UploadUnknown          404 BLOB_UPLOAD_UNKNOWN
"""

from __future__ import annotations

from typing import ClassVar

from biot_emulator.errors import EmulatorError

__all__ = [
    "BlobRangeInvalid",
    "BlobUnknown",
    "DigestInvalid",
    "ImageInUse",
    "InsufficientStorage",
    "ManifestBlobUnknown",
    "ManifestInvalid",
    "ManifestTooLarge",
    "ManifestUnknown",
    "MethodUnsupported",
    "NameInvalid",
    "NameUnknown",
    "PageInvalid",
    "RangeInvalid",
    "RegistryError",
    "SizeInvalid",
    "TagInvalid",
    "Unauthorized",
    "UploadInvalid",
    "UploadUnknown",
]


class RegistryError(EmulatorError):
    """The registry refuses a request.

    Args:
        message: One sentence for people.
        detail: What the refusal is about, such as a digest; empty for nothing.
        headers: Headers of the response.
    """

    status_code: ClassVar[int] = 500
    code: ClassVar[str] = "UNKNOWN"

    def __init__(self, message: str, detail: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.headers = headers or {}


class BlobUnknown(RegistryError):
    """The repository has no such blob."""

    status_code = 404
    code = "BLOB_UNKNOWN"


class DigestInvalid(RegistryError):
    """A digest is none, or not that of what was sent."""

    status_code = 400
    code = "DIGEST_INVALID"


class ImageInUse(RegistryError):
    """An image cannot be deleted while a plugin runs it."""

    status_code = 403
    code = "DENIED"


class InsufficientStorage(RegistryError):
    """The disk has no room for a blob."""

    status_code = 507
    code = "INSUFFICIENT_STORAGE"


class ManifestBlobUnknown(RegistryError):
    """A manifest refers to what the repository does not have."""

    status_code = 400
    code = "MANIFEST_BLOB_UNKNOWN"


class ManifestInvalid(RegistryError):
    """A manifest cannot be read."""

    status_code = 400
    code = "MANIFEST_INVALID"


class ManifestTooLarge(ManifestInvalid):
    """A manifest has more bytes than any has."""

    status_code = 413


class ManifestUnknown(RegistryError):
    """The repository has no such manifest."""

    status_code = 404
    code = "MANIFEST_UNKNOWN"


class MethodUnsupported(RegistryError):
    """The distribution API has no such request."""

    status_code = 405
    code = "UNSUPPORTED"


class NameInvalid(RegistryError):
    """The name of a repository is none."""

    status_code = 400
    code = "NAME_INVALID"


class NameUnknown(RegistryError):
    """There is no such repository."""

    status_code = 404
    code = "NAME_UNKNOWN"


class PageInvalid(RegistryError):
    """A list cannot have so many items."""

    status_code = 400
    code = "PAGINATION_NUMBER_INVALID"


class RangeInvalid(RegistryError):
    """A chunk does not begin where the one before ended."""

    status_code = 416
    code = "BLOB_UPLOAD_INVALID"


class BlobRangeInvalid(RangeInvalid):
    """A blob has no such bytes."""

    code = "RANGE_INVALID"


class SizeInvalid(RegistryError):
    """A blob is larger than any layer of a function may be."""

    status_code = 413
    code = "SIZE_INVALID"


class TagInvalid(RegistryError):
    """A tag is none."""

    status_code = 400
    code = "TAG_INVALID"


class Unauthorized(RegistryError):
    """The caller has no valid password."""

    status_code = 401
    code = "UNAUTHORIZED"


class UploadInvalid(RegistryError):
    """An upload cannot be continued like this."""

    status_code = 400
    code = "BLOB_UPLOAD_INVALID"


class UploadUnknown(RegistryError):
    """There is no such upload, or no longer."""

    status_code = 404
    code = "BLOB_UPLOAD_UNKNOWN"
