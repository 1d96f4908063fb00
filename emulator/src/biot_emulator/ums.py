"""The platform's key and token service, standing behind `BIOT_BASE_URL` (contract sections 5.1, 5.3 and 8)."""

from __future__ import annotations

import hmac
import secrets
import uuid
from types import TracebackType
from typing import Any, Self

from biot_emulator.http.loopback_server import Request, Server, json_response
from biot_emulator.http.response import Response
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.wire_json import decode, encode

__all__ = ["Ums"]

_MAX_BODY_BYTES = 1024 * 1024


class Ums:
    """Serves from the moment it is made until it is closed; a context manager.

    Args:
        tokens: Signs, and knows the keys; one of its own when None.
        service_id: The id of the one service user; made up when None.
        secret_key: Its secret; made up when None.
        environment: The platform's name of itself, as error bodies have it.
    """

    def __init__(
        self,
        tokens: TokenIssuer | None = None,
        *,
        service_id: str | None = None,
        secret_key: str | None = None,
        environment: str = "local",
    ) -> None:
        self.tokens = tokens or TokenIssuer()
        self.service_id = service_id or str(uuid.uuid4())
        self.secret_key = secret_key or secrets.token_urlsafe(24)
        self.environment = environment
        self._server = Server(self._route, _MAX_BODY_BYTES)

    def __enter__(self) -> Self:
        """Serve, as since it was made."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.close()

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    @property
    def url(self) -> str:
        """The address to use as `BIOT_BASE_URL`."""
        return f"http://{self._server.address}"

    @property
    def plugin_environment(self) -> dict[str, str]:
        """What the platform puts into a plugin's environment to find and use this service (contract section 7.3)."""
        return {
            "BIOT_BASE_URL": self.url,
            "BIOT_SERVICE_ENVIRONMENT": self.environment,
            "BIOT_SERVICE_USER_ID": self.service_id,
            "BIOT_SERVICE_USER_SECRET_KEY": self.secret_key,
        }

    def _route(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/ums/v1/security/public-key":
                return json_response(200, self.tokens.public_keys())
            case "POST", "/ums/v2/services/accessToken":
                return self._log_in(request)
        return self._error(request, 404, "NOT_FOUND", f"{request.method} [{request.path}] is not known here")

    def _log_in(self, request: Request) -> Response:
        try:
            body: Any = decode(request.body)
        except ValueError:
            body = None
        credentials = [body.get(name) for name in ("id", "secretKey")] if isinstance(body, dict) else []
        texts = [text for text in credentials if isinstance(text, str) and text]
        if len(texts) != len(("id", "secretKey")):
            return self._error(request, 400, "BAD_REQUEST", "The fields [id] and [secretKey] are mandatory")
        right = encode([self.service_id, self.secret_key])
        if not hmac.compare_digest(encode(texts), right):
            return self._error(request, 403, "LOGIN_FAILED", "The id or the secret key is wrong")
        return json_response(200, self.tokens.log_in(self.service_id))

    def _error(self, request: Request, status_code: int, code: str, message: str) -> Response:
        return json_response(
            status_code,
            {
                "code": code,
                "message": message,
                "serviceName": "UMS",
                "traceId": _trace_id(request),
                "environment": self.environment,
                "details": {},
            },
        )


def _trace_id(request: Request) -> str:
    """Take the caller's trace id from its `traceparent`, or make one (contract section 1.2)."""
    parts = request.headers.get("traceparent", "").split("-")
    return parts[1] if len(parts) > 1 and parts[1] else uuid.uuid4().hex
