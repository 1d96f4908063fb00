"""The platform's tokens: RS512, signed and verified with keys of its own (contract section 5)."""

from __future__ import annotations

import base64
import binascii
import datetime
import time
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any

from biot_emulator.security.key_ring import Key, KeyRing, KeyStorage
from biot_emulator.security.token_scopes import SCOPES, SERVICE_SCOPES, TokenKind
from biot_emulator.security.well_known_ids import PLATFORM_SERVICE_ID, TENANT_ID
from biot_emulator.state.timestamps import timestamp
from biot_emulator.wire_json import decode, encode

__all__ = ["TOKEN_SECONDS", "TokenIssuer"]

TOKEN_SECONDS = 30 * 60
"""How long a token is valid."""

_HEADER = {"alg": "RS512"}
_REMEMBERED = 1000


class TokenIssuer:
    """Signs and verifies tokens. Safe for several threads.

    Tokens expire by the machine's time, as plugins check them by it.

    Args:
        storage: Where the keys are stored; None stores them nowhere.
        key: The first key, which is stored nowhere; None has it loaded, or generated when it is needed.

    Attributes:
        issued: The tokens that were signed last, so that whoever shows a plugin's output can leave them out.
    """

    def __init__(self, storage: KeyStorage | None = None, *, key: Key | None = None) -> None:
        self.issued: deque[str] = deque(maxlen=_REMEMBERED)
        self._keys = KeyRing(storage, key)

    def rotate(self) -> None:
        """Sign with a new key from now on; the key so far becomes the previous one."""
        self._keys.rotate()

    def public_keys(self) -> dict[str, str]:
        """Return `publicKey` and, after a rotation, `previousPublicKey` (contract section 5.1)."""
        return self._keys.public_keys()

    def private_keys(self) -> list[str]:
        """Return the private keys in lines, as in a PEM file, so that they can be left out of what is shown."""
        return self._keys.private_keys()

    def sign_for(self, kind: TokenKind) -> str:
        """Sign a token with the claims of its kind (contract section 5.2)."""
        if kind == "user":
            holder = {"refreshTokenId": str(uuid.uuid4()), "tenantId": TENANT_ID, "sub": str(uuid.uuid4())}
            return self.sign({**holder, "scopes": SCOPES[kind], "tokenType": "USER"})
        holder = {"serviceUserId": PLATFORM_SERVICE_ID}
        return self.sign({**holder, "scopes": SCOPES[kind], "tokenType": "SERVICE_INTERNAL"})

    def log_in(self, service_id: str) -> dict[str, str]:
        """Sign a service user's `accessToken`, and return it with its expiration (contract section 5.3)."""
        claims = {"serviceUserId": service_id, "scopes": SERVICE_SCOPES, "tokenType": "SERVICE_EXTERNAL"}
        token, expiration = self.sign_until(claims, TOKEN_SECONDS)
        return {"accessToken": token, "accessTokenExpiration": expiration}

    def sign_until(self, claims: Mapping[str, Any], seconds: int) -> tuple[str, str]:
        """Sign a token that is valid for so many seconds; return it and its expiration in ISO 8601."""
        expires = int(time.time()) + seconds
        token = self.sign({**claims, "exp": expires})
        return token, timestamp(datetime.datetime.fromtimestamp(expires, datetime.UTC))

    def read(self, token: str) -> dict[str, Any] | None:
        """Return a token's claims; None where it is expired, or neither the current nor the previous key signed it."""
        message, _, signature = token.rpartition(".")
        header, _, payload = message.partition(".")
        try:
            signed = _decode_part(header).get("alg") == _HEADER["alg"]
            if not signed or not self._keys.verifies(message.encode(), _decode_base64(signature)):
                return None
            claims = _decode_part(payload)
        except (ValueError, AttributeError):
            return None
        expires = claims.get("exp")
        return claims if isinstance(expires, int | float) and expires > time.time() else None

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Sign any claims; `jti` and `exp` are added where they are missing."""
        complete = {"jti": str(uuid.uuid4()), "exp": int(time.time()) + TOKEN_SECONDS, **claims}
        message = f"{_encode_base64(encode(_HEADER))}.{_encode_base64(encode(complete))}"
        token = f"{message}.{_encode_base64(self._keys.sign(message.encode()))}"
        self.issued.append(token)
        return token


def _decode_part(part: str) -> dict[str, Any]:
    value = decode(_decode_base64(part))
    if not isinstance(value, dict):
        raise ValueError("a token's parts are JSON objects")
    return value


def _decode_base64(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("a token's parts are base64") from error


def _encode_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
