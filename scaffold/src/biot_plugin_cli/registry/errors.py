"""Errors of registries, each explained by one sentence that says what to do.

PlatformRefused
└── RegistryRefused            5  the registry refused a request
    ├── ImageNotFound          5  there is no such image, tag or blob
    ├── LoginRefused           5  the registry wants other credentials, or any
    └── TooManyRequests        5  the registry limits requests
PlatformUnreachable
└── RegistryUnreachable        6  the registry cannot be reached
    ├── UntrustedCertificate   6  its certificate is not trusted
    └── AnswerLost             6  there was no whole response
OperationFailed
└── DamagedContent             1  what was transferred is not what its digest or its form promises
UsageError
└── InvalidReference           2  a reference to an image, or an address of a registry, is wrong
"""

from __future__ import annotations

from biot_plugin_cli.errors import OperationFailed, PlatformRefused, PlatformUnreachable, UsageError

__all__ = [
    "AnswerLost",
    "DamagedContent",
    "ImageNotFound",
    "InvalidReference",
    "LoginRefused",
    "RegistryRefused",
    "RegistryUnreachable",
    "TooManyRequests",
    "UntrustedCertificate",
]


class RegistryRefused(PlatformRefused):
    """The registry refused a request.

    Args:
        message: What is wrong and what to do.
        status: The HTTP status of the response.
        code: The registry's error code; empty if it has none.
    """

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ImageNotFound(RegistryRefused):
    """There is no such image, tag or blob."""


class LoginRefused(RegistryRefused):
    """The registry wants other credentials, or any."""


class TooManyRequests(RegistryRefused):
    """The registry limits how many requests it answers.

    Attributes:
        retry_after: The seconds that the registry wants to be left alone, if it says so.
    """

    retry_after: float | None = None


class RegistryUnreachable(PlatformUnreachable):
    """The registry cannot be reached, or fails.

    Attributes:
        retry_after: The seconds that the registry wants to be left alone, if it says so.
    """

    retry_after: float | None = None


class UntrustedCertificate(RegistryUnreachable):
    """The certificate of the registry is not trusted."""


class AnswerLost(RegistryUnreachable):
    """The request may have arrived, but there was no whole response."""


class DamagedContent(OperationFailed):
    """What was transferred is not what its digest or its form promises."""


class InvalidReference(UsageError):
    """A reference to an image, or an address of a registry, is wrong."""
