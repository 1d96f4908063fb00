"""What the APIs of certificates refuse, with the codes and details that BioT publishes.

ApiError
├── 404 CertificateNotFound
└── 409 CertificateAlreadyExists
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = ["CertificateAlreadyExists", "CertificateNotFound"]


class CertificateNotFound(ApiError):
    """The device has no certificate of this type."""

    status_code = 404
    code = "CERTIFICATE_NOT_FOUND"


class CertificateAlreadyExists(ApiError):
    """The device has a certificate of this type."""

    status_code = 409
    code = "CERTIFICATE_ALREADY_EXISTS"
