"""The platform's tokens: RS512, signed and verified with keys of its own (contract section 5)."""

from __future__ import annotations

import base64
import binascii
import datetime
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from biot_emulator.wire_json import decode, encode

if TYPE_CHECKING:
    from biot_emulator.security.signing_key import SigningKey

__all__ = ["PLATFORM_SERVICE_ID", "TENANT_ID", "TOKEN_SECONDS", "KeyChest", "TokenIssuer", "TokenKind"]

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
TENANT_ID = "00000000-0000-0000-0000-000000000000"
"""The id of the one tenant, which is that of its first organization too."""
PLATFORM_SERVICE_ID = "00000000-0000-0000-0000-000000000003"
"""The id of the platform's own service that calls plugins. It is nobody's service user."""


class KeyChest(Protocol):
    """Where the private keys outlive the process."""

    def load(self) -> list[str]:
        """Give the keys that were saved last, the current one first."""
        ...

    def save(self, keys: list[str]) -> None:
        """Keep these keys in place of those before."""
        ...


class TokenIssuer:
    """Signs tokens, and knows which key is valid now and which was before. Safe for several threads.

    The first key is made when it is first needed. Tokens live by the machine's time, as plugins check them by it.

    Args:
        chest: Where the keys are kept; None keeps them in this process alone.

    Attributes:
        issued: The tokens that were signed last, so that whoever shows a plugin's output can leave them out.
    """

    def __init__(self, chest: KeyChest | None = None) -> None:
        self._chest = chest
        self.issued: deque[str] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()
        self._rotating = threading.Lock()
        self._keys: list[SigningKey] = []

    def rotate(self) -> None:
        """Sign with a new key from now on; the key so far becomes the previous one."""
        with self._rotating:
            with self._lock:
                current = self._current()
            keys = [_new_key(), current]
            # Saved without the other lock: who holds the store may be waiting for a signature.
            self._save(keys)
            with self._lock:
                self._keys = keys

    def public_keys(self) -> dict[str, str]:
        """Give `publicKey` and, after a rotation, `previousPublicKey` (contract section 5.1)."""
        with self._lock:
            self._current()
            texts = [key.public_text for key in self._keys]
        return dict(zip(("publicKey", "previousPublicKey"), texts, strict=False))

    def sign_for(self, kind: TokenKind) -> str:
        """Sign a token with the claims that the platform puts into one of this kind (contract section 5.2)."""
        if kind == "user":
            holder = {"refreshTokenId": str(uuid.uuid4()), "tenantId": TENANT_ID, "sub": str(uuid.uuid4())}
            return self.sign({**holder, "scopes": _SCOPES[kind], "tokenType": "USER"})
        holder = {"serviceUserId": PLATFORM_SERVICE_ID}
        return self.sign({**holder, "scopes": _SCOPES[kind], "tokenType": "SERVICE_INTERNAL"})

    def log_in(self, service_id: str) -> dict[str, str]:
        """Sign a service user's `accessToken`, and say until when it is valid (contract section 5.3)."""
        claims = {"serviceUserId": service_id, "scopes": ["PROTECTED_API"], "tokenType": "SERVICE_EXTERNAL"}
        token, expiration = self.sign_until(claims, TOKEN_SECONDS)
        return {"accessToken": token, "accessTokenExpiration": expiration}

    def sign_until(self, claims: Mapping[str, Any], seconds: int) -> tuple[str, str]:
        """Sign claims for so many seconds, and say in ISO 8601 until when the token is valid."""
        expires = int(time.time()) + seconds
        moment = datetime.datetime.fromtimestamp(expires, datetime.UTC)
        return self.sign({**claims, "exp": expires}), moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def read(self, token: str) -> dict[str, Any] | None:
        """Give a token's claims; None where it is expired, or neither the current nor the previous key signed it."""
        message, _, signature = token.rpartition(".")
        header, _, payload = message.partition(".")
        try:
            if _decoded(header).get("alg") != _HEADER["alg"] or not self._signed(message, _bytes(signature)):
                return None
            claims = _decoded(payload)
        except (ValueError, AttributeError):
            return None
        expires = claims.get("exp")
        return claims if isinstance(expires, int | float) and expires > time.time() else None

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
            saved = self._chest.load() if self._chest else []
            self._keys = [_load_key(text) for text in saved] or [_new_key()]
            if not saved:
                self._save(self._keys)
        return self._keys[0]

    def _save(self, keys: list[SigningKey]) -> None:
        if self._chest:
            self._chest.save([key.private_text for key in keys])

    def _signed(self, message: str, signature: bytes) -> bool:
        with self._lock:
            self._current()
            keys = list(self._keys)
        return any(key.verifies(message.encode(), signature) for key in keys)


def _new_key() -> SigningKey:
    from biot_emulator.security.signing_key import SigningKey

    return SigningKey.generate()


def _load_key(text: str) -> SigningKey:
    from biot_emulator.security.signing_key import SigningKey

    return SigningKey.load(text)


def _decoded(part: str) -> dict[str, Any]:
    found = decode(_bytes(part))
    if not isinstance(found, dict):
        raise ValueError("a token's parts are JSON objects")
    return found


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("a token's parts are base64") from error


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
