"""Exchanges temporary credentials for a log-in to the registry, as ECR does with `GetAuthorizationToken`."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from biot_emulator.errors import EmulatorError
from biot_emulator.registry.credentials import KeyUnknown, RegistryCredentials, TemporaryKey
from biot_emulator.registry.signatures import Signature, SignatureInvalid
from biot_emulator.wire_json import decode_request

__all__ = ["TARGET", "Exchange", "ExchangeRefused", "Login", "SignedRequest"]

TARGET = "AmazonEC2ContainerRegistry_V20150921"
"""The service that requests are for, in their header `x-amz-target`."""

_OPERATION = f"{TARGET}.GetAuthorizationToken"
_SERVICE = "ecr"
#: How far the clock of a caller may be off, as at AWS.
_SKEW = timedelta(minutes=15)


class ExchangeRefused(EmulatorError):
    """The exchange refuses a request, with an error of AWS's.

    Args:
        code: The name of the error.
        message: One sentence for people.
    """

    status_code: ClassVar[int] = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request to the exchange.

    Attributes:
        method: The HTTP method.
        path: The path.
        query: The query string.
        headers: By lower-case name.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody logs in to a registry with.

    Attributes:
        user: The name.
        password: The password.
        expiration: When it ends.
        address: The registry's URL.
    """

    user: str
    password: str
    expiration: datetime
    address: str

    def __repr__(self) -> str:
        """Show the address alone."""
        return f"Login({self.address!r})"


class Exchange:
    """Answers the requests for a log-in.

    Args:
        credentials: The temporary credentials that were handed out.
        log_in: Returns the log-in to the registry, for the host and port that the caller has reached.
    """

    def __init__(self, credentials: RegistryCredentials, log_in: Callable[[str], Login]) -> None:
        self._credentials = credentials
        self._log_in = log_in

    def admit(self, request: SignedRequest) -> tuple[Signature, TemporaryKey]:
        """Return signature and credentials of a request by its headers alone.

        Raises:
            ExchangeRefused: It has none that are valid.
        """
        if "authorization" not in request.headers:
            raise ExchangeRefused("MissingAuthenticationTokenException", "The request must be signed: use AWS's SDK")
        try:
            signature = Signature.parse(request.headers)
        except SignatureInvalid:
            raise ExchangeRefused(
                "IncompleteSignatureException",
                "The signature must be one of version 4, over the headers [host], [x-amz-date], [x-amz-target] and "
                "[x-amz-security-token]: use the session token of the temporary credentials too",
            ) from None
        try:
            key = self._credentials.key(signature.key_id, request.headers["x-amz-security-token"])
        except KeyUnknown as unknown:
            raise _refused_key(unknown) from None
        return signature, key

    def respond(
        self, request: SignedRequest, content: bytes, signature: Signature, key: TemporaryKey
    ) -> dict[str, Any]:
        """Respond to a request.

        Args:
            request: The request.
            content: Its body.
            signature: Its signature, from `admit`.
            key: Its credentials, from `admit`.

        Raises:
            ExchangeRefused: The signature is not valid, or the request is another one.
        """
        if signature.service != _SERVICE or not signature.is_of(
            key.secret, request.method, request.path, request.query, request.headers, content
        ):
            raise ExchangeRefused(
                "InvalidSignatureException", "The signature is not that of the secret access key for this request"
            )
        # By the machine's time, which callers sign with, whatever the platform's is.
        if abs(datetime.now(UTC) - signature.time) > _SKEW:
            raise ExchangeRefused("InvalidSignatureException", "Signature expired: the clock of the caller is off")
        self._check(request, content)
        login = self._log_in(request.headers.get("host", ""))
        return {
            "authorizationData": [
                {
                    "authorizationToken": base64.b64encode(f"{login.user}:{login.password}".encode()).decode(),
                    "expiresAt": login.expiration.timestamp(),
                    "proxyEndpoint": login.address,
                }
            ]
        }

    def _check(self, request: SignedRequest, content: bytes) -> None:
        operation = request.headers.get("x-amz-target", "")
        if not operation.startswith(f"{TARGET}."):
            raise ExchangeRefused("UnknownOperationException", "There is no such operation here")
        if operation != _OPERATION:
            name = operation.removeprefix(f"{TARGET}.")[:100]
            raise ExchangeRefused(
                "AccessDeniedException", f"The temporary credentials are not authorized to perform: ecr:{name}"
            )
        try:
            body = decode_request(content or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ExchangeRefused("SerializationException", "The body must be a JSON object")


def _refused_key(unknown: KeyUnknown) -> ExchangeRefused:
    if unknown.has_expired:
        message = "The security token included in the request is expired: get temporary credentials from BioT again"
        return ExchangeRefused("ExpiredTokenException", message)
    message = "The security token included in the request is invalid: use the temporary credentials of this platform"
    return ExchangeRefused("UnrecognizedClientException", message)
