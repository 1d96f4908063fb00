"""Errors of AWS, each explained by one sentence that says what to do.

PlatformRefused
└── AwsRefused        5  AWS refused a call
PlatformUnreachable
└── AwsUnreachable    6  AWS cannot be reached, or the response was lost

A missing region, profile or missing credentials are wrong uses of the command line (2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from biot_plugin_cli.errors import CliError, PlatformRefused, PlatformUnreachable, UsageError

__all__ = ["AwsRefused", "AwsUnreachable", "error_code", "explained", "find", "tolerate", "unless_exists"]

T = TypeVar("T")

_NOT_FOUND = ("ResourceNotFoundException", "NoSuchEntity", "NotFoundException")
_EXISTS = (
    "ConflictException",
    "EntityAlreadyExists",
    "ResourceAlreadyExistsException",
    "ResourceConflictException",
    "ResourceExistsException",
)
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_INVALID_KEY = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure")
_THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
)
_SKEWED = ("RequestTimeTooSkewed", "RequestInTheFuture")
_SIGNATURE = ("SignatureDoesNotMatch", "InvalidSignatureException")
_BUSY = (
    "ResourceConflictException",
    "ConcurrentModificationException",
    "OperationAbortedException",
    "ConflictException",
)
_QUOTA = ("LimitExceeded", "LimitExceededException", "CodeStorageExceededException", "ServiceQuotaExceededException")
_SERVER_ERRORS = ("InternalError", "InternalFailure", "ServiceException", "ServiceFailure", "ServiceUnavailable")
_PUBLIC = "PublicPolicyException"

_ACTION = re.compile(r"perform:? ([\w-]+:\w+)")
_RESOURCE = re.compile(r"on resource:? (\S+)")


class AwsRefused(PlatformRefused):
    """AWS refused a call.

    Args:
        message: What is wrong and what to do.
        code: AWS's error code.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class AwsUnreachable(PlatformUnreachable):
    """AWS cannot be reached, or its response was lost."""


# Errors that botocore raises without a response of AWS, by the names of their classes, so that it need not be loaded.
_LOCAL_ERRORS: tuple[tuple[tuple[str, ...], Callable[[str], CliError], str], ...] = (
    (
        ("NoRegionError",),
        UsageError,
        "No AWS region: set region in [tool.biot-plugin.aws] of pyproject.toml, or AWS_REGION",
    ),
    (
        ("ProfileNotFound",),
        UsageError,
        "{text}: set profile in [tool.biot-plugin.aws] of pyproject.toml to one of yours",
    ),
    (
        ("PartialCredentialsError",),
        UsageError,
        "The AWS credentials are incomplete ({text}): set both key id and secret key",
    ),
    (
        ("SSOError", "TokenRetrievalError", "CredentialRetrievalError", "LoginError"),
        AwsRefused,
        "The AWS credentials cannot be renewed ({text}): log in again, as with aws sso login",
    ),
    (
        ("NoCredentialsError", "NoAuthTokenError"),
        UsageError,
        "No AWS credentials: log in with aws sso login or aws configure, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY",
    ),
    (
        ("ParamValidationError", "InvalidRegionError"),
        AwsRefused,
        "AWS would refuse the call ({text}): correct [tool.biot-plugin.aws] of pyproject.toml",
    ),
    (
        ("SSLError",),
        AwsUnreachable,
        "Cannot verify the certificate of AWS ({text}): set AWS_CA_BUNDLE to the certificates to trust",
    ),
    (
        ("EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"),
        AwsUnreachable,
        "Cannot connect to AWS ({text}): check the network and the region",
    ),
    (
        ("HTTPClientError",),
        AwsUnreachable,
        "Lost the connection to AWS before it responded ({text})",
    ),
)


def error_code(error: BaseException) -> str:
    """Return the code of an error response of AWS; empty for every other error."""
    response = getattr(error, "response", None)
    details = response.get("Error") if isinstance(response, dict) else None
    return str(details.get("Code") or "") if isinstance(details, dict) else ""


def find(call: Callable[[], T], *codes: str) -> T | None:
    """Run a call; None if AWS does not have what it asks for: that is these codes, or the usual ones."""
    try:
        return call()
    except Exception as error:
        if error_code(error) in (codes or _NOT_FOUND):
            return None
        raise


def tolerate(call: Callable[[], object], *codes: str) -> None:
    """Run a call, and ignore errors with these codes; without codes, that there is no such resource."""
    try:
        call()
    except Exception as error:
        if error_code(error) not in (codes or _NOT_FOUND):
            raise


def unless_exists(call: Callable[[], T], *codes: str) -> T | None:
    """Run a call that creates something; None if it exists, as after a request whose response was lost.

    Args:
        call: The call.
        codes: The codes that say that it exists, if they are not the usual ones.
    """
    try:
        return call()
    except Exception as error:
        if error_code(error) in (codes or _EXISTS):
            return None
        raise


@contextmanager
def explained() -> Iterator[None]:
    """Turn botocore's errors, within the context, into errors whose message says what to do.

    Raises:
        AwsRefused: AWS refused a call.
        AwsUnreachable: AWS cannot be reached, or the response was lost.
        UsageError: There are no credentials, no region or no such profile.
    """
    try:
        yield
    except CliError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("botocore", "boto3"):
            raise
        raise _explain(error) from error


def _explain(error: Exception) -> CliError:
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        return _explain_response(error)
    names = [base.__name__ for base in type(error).__mro__]
    text = _text(error)
    for classes, error_class, sentence in _LOCAL_ERRORS:
        if any(name in classes for name in names):
            return error_class(sentence.format(text=text))
    return AwsRefused(f"AWS could not be called ({text}): check the AWS settings of this machine")


def _explain_response(error: Exception) -> CliError:
    code, operation = error_code(error), str(getattr(error, "operation_name", "") or "the call")
    message = _response_message(error)
    if code in _SERVER_ERRORS or _status(error) >= 500:
        return AwsUnreachable(f"AWS failed in {operation} ({code or _status(error)}): try again")
    return AwsRefused(_sentence(code, operation, message), code)


def _sentence(code: str, operation: str, message: str) -> str:
    sentences = (
        (_DENIED, _denied(operation, message)),
        (_EXPIRED, "The AWS credentials have expired: log in again, as with aws sso login"),
        (_INVALID_KEY, "AWS does not know the credentials: check the profile and the access key"),
        (_THROTTLED, f"AWS limits how often {operation} may be called: wait a minute, and run this command again"),
        (_SKEWED, "The clock of this machine differs from that of AWS: set it, and run this command again"),
        (_QUOTA, f"A quota of the AWS account is used up in {operation} ({message}): delete something, or raise it"),
        ((_PUBLIC,), f"The account forbids public function URLs ({message}): ask its administrator to allow this one"),
    )
    for codes, sentence in sentences:
        if code in codes:
            return sentence
    if code in _SIGNATURE:
        is_skewed = "expired" in message.lower() or "not yet current" in message.lower()
        return (
            sentences[4][1] if is_skewed else "AWS rejected the signature: the secret access key is wrong, correct it"
        )
    if code in _BUSY:
        return f"AWS is still busy with another change ({operation}: {message}): wait a minute, and run it again"
    return f"AWS refused {operation} ({code}: {message or 'no reason'})"


def _denied(operation: str, message: str) -> str:
    if "access the ecr image" in message.lower():
        return (
            "Lambda may not read the image: let lambda.amazonaws.com do ecr:BatchGetImage and "
            "ecr:GetDownloadUrlForLayer in the policy of its repository"
        )
    action, resource = _ACTION.search(message), _RESOURCE.search(message)
    right = action[1] if action else operation
    place = f" on {resource[1]}" if resource else ""
    cause = " (forbidden by a policy of the organization)" if "service control policy" in message else ""
    return f"These AWS credentials lack the right {right}{place}{cause}: ask the account's administrator for it"


def _response_message(error: BaseException) -> str:
    response = getattr(error, "response", {})
    return " ".join(str(response.get("Error", {}).get("Message") or "").split()).rstrip(".")


def _status(error: BaseException) -> int:
    response = getattr(error, "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def _text(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")
