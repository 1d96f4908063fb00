"""The platform's tokens: RS512, signed with a key that lives as long as this process (contract section 5)."""

from __future__ import annotations

import base64
import datetime
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from biot_emulator._json import encode

if TYPE_CHECKING:
    from biot_emulator._rsa import SigningKey

__all__ = ["TOKEN_SECONDS", "TokenIssuer", "TokenKind"]

TOKEN_SECONDS = 30 * 60
"""How long a token is valid."""

TokenKind = Literal["interceptor", "notification", "user"]
"""Whom a token speaks for: the platform calling an interceptor or a notification plugin, or a person."""

_HEADER = {"alg": "RS512"}
_SCOPES: dict[TokenKind, list[str]] = {
    "interceptor": ["PROTECTED_API", "PLUGIN_INTERCEPTOR"],
    "notification": ["PROTECTED_API", "ACTION_NOTIFICATION", "PERMISSIONS_SYNC_PERMISSIONS"],
    "user": ["PROTECTED_API"],
}
_REMEMBERED = 1000
_TENANT = "00000000-0000-0000-0000-000000000000"


class TokenIssuer:
    """Signs tokens, and knows which key is valid now and which was before. Safe for several threads.

    The first key is made when it is first needed.

    Attributes:
        issued: The tokens that were signed last, so that whoever shows a plugin's output can leave them out.
    """

    def __init__(self) -> None:
        self.issued: deque[str] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()
        self._keys: list[SigningKey] = []

    def rotate(self) -> None:
        """Sign with a new key from now on; the key so far becomes the previous one."""
        with self._lock:
            self._keys = [_new_key(), self._current()]

    def public_keys(self) -> dict[str, str]:
        """Give `publicKey` and, after a rotation, `previousPublicKey` (contract section 5.1)."""
        with self._lock:
            self._current()
            texts = [key.public_text for key in self._keys]
        return dict(zip(("publicKey", "previousPublicKey"), texts, strict=False))

    def sign_for(self, kind: TokenKind) -> str:
        """Sign a token with the claims that the platform puts into one of this kind (contract section 5.2)."""
        if kind == "user":
            holder = {"refreshTokenId": str(uuid.uuid4()), "tenantId": _TENANT, "sub": str(uuid.uuid4())}
            return self.sign({**holder, "scopes": _SCOPES[kind], "tokenType": "USER"})
        holder = {"serviceUserId": str(uuid.uuid4())}
        return self.sign({**holder, "scopes": _SCOPES[kind], "tokenType": "SERVICE_INTERNAL"})

    def log_in(self, service_id: str) -> dict[str, str]:
        """Sign a service user's `accessToken`, and say until when it is valid (contract section 5.3)."""
        expires = int(time.time()) + TOKEN_SECONDS
        claims = {"serviceUserId": service_id, "scopes": ["PROTECTED_API"], "tokenType": "SERVICE_EXTERNAL"}
        moment = datetime.datetime.fromtimestamp(expires, datetime.UTC)
        return {
            "accessToken": self.sign({**claims, "exp": expires}),
            "accessTokenExpiration": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Sign any claims; `jti` and `exp` are added where they are missing."""
        complete = {"jti": str(uuid.uuid4()), "exp": int(time.time()) + TOKEN_SECONDS, **claims}
        message = f"{_base64(encode(_HEADER))}.{_base64(encode(complete))}"
        with self._lock:
            key = self._current()
        token = f"{message}.{_base64(key.sign(message.encode()))}"
        self.issued.append(token)
        return token

    def _current(self) -> SigningKey:
        if not self._keys:
            self._keys = [_new_key()]
        return self._keys[0]


def _new_key() -> SigningKey:
    from biot_emulator._rsa import SigningKey

    return SigningKey.generate()


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
