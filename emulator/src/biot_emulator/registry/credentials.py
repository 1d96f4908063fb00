"""Who may use the registry: temporary credentials of AWS's kind, and the password that they are exchanged for.

Nothing is stored about what was handed out: each credential has its own expiry in it, and a code that only the platform
can make. They outlive a restart as the key does, which is in the platform's state.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store

__all__ = ["KEY", "USER", "KeyUnknown", "RegistryCredentials", "TemporaryKey"]

USER = "AWS"
"""The name that everybody logs in to the registry with."""

KEY = "registry-key"
"""The collection with the key of which all credentials are made."""

#: How long temporary credentials, and the password that they are exchanged for, are valid (contract section 7.2).
_KEY_HOURS, _PASSWORD_HOURS = 1, 12
_KEY_BYTES = 32
_MAX_TOKEN = 2048
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_LENGTH = 16
_SECRET_LENGTH = 40


class KeyUnknown(Exception):
    """Temporary credentials are not from here, or no longer valid.

    Attributes:
        has_expired: Whether they are from here.
    """

    def __init__(self, *, has_expired: bool) -> None:
        super().__init__()
        self.has_expired = has_expired


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """Temporary credentials of AWS's kind.

    Attributes:
        id: The access key id.
        secret: The secret access key.
        session_token: What is sent with each request.
        expiration: When they end.
    """

    id: str
    secret: str
    session_token: str
    expiration: datetime

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"TemporaryKey({self.id!r})"


class RegistryCredentials:
    """Makes and checks credentials.

    Args:
        store: The platform's state, which has the key.
        clock: The platform's time, by which they end.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._key = self._load()

    def new_key(self) -> TemporaryKey:
        """Hand out temporary credentials."""
        id = "ASIA" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        expiration = self._in_hours(_KEY_HOURS)
        token = self._sign("session", {"id": id, "until": expiration.timestamp()})
        return TemporaryKey(id, self._secret(id), token, expiration)

    def key(self, id: str, session_token: str) -> TemporaryKey:
        """Return temporary credentials by what a request has of them.

        Raises:
            KeyUnknown: They are not from here, or have expired.
        """
        claims = self._read("session", session_token)
        if claims is None or not hmac.compare_digest(str(claims["id"]).encode(), id.encode(errors="replace")):
            raise KeyUnknown(has_expired=False)
        expiration = datetime.fromtimestamp(claims["until"], UTC)
        if expiration <= self._clock.now():
            raise KeyUnknown(has_expired=True)
        return TemporaryKey(id, self._secret(id), session_token, expiration)

    def new_password(self) -> tuple[str, datetime]:
        """Return a password for the registry, and when it ends."""
        expiration = self._in_hours(_PASSWORD_HOURS)
        claims = {"until": expiration.timestamp(), "id": secrets.token_hex(8)}
        return self._sign("password", claims), expiration

    def is_password(self, user: str, password: str) -> bool:
        """Whether somebody may use the registry."""
        claims = self._read("password", password)
        is_valid = claims is not None and claims["until"] > self._clock.now().timestamp()
        return hmac.compare_digest(user.encode(errors="replace"), USER.encode()) and is_valid

    def secret_values(self) -> list[str]:
        """Return what nobody may be shown."""
        return [self._key.hex()]

    def _in_hours(self, hours: int) -> datetime:
        return self._clock.now().replace(microsecond=0) + timedelta(hours=hours)

    def _load(self) -> bytes:
        document = self._store.get(KEY, KEY)
        if document is None:
            document = {"key": secrets.token_hex(_KEY_BYTES)}
            self._store.put(KEY, KEY, document)
        return bytes.fromhex(document["key"])

    def _secret(self, id: str) -> str:
        return base64.b64encode(self._code("secret", id.encode())).decode()[:_SECRET_LENGTH]

    def _sign(self, purpose: str, claims: dict[str, Any]) -> str:
        content = json.dumps(claims, separators=(",", ":")).encode()
        return base64.b64encode(self._code(purpose, content) + content).decode()

    def _read(self, purpose: str, token: str) -> dict[str, Any] | None:
        """Return what a token says that was made here for a purpose; None where it was not."""
        try:
            signed = base64.b64decode(token[:_MAX_TOKEN], validate=True)
        except ValueError:
            return None
        code, content = signed[:_KEY_BYTES], signed[_KEY_BYTES:]
        if not hmac.compare_digest(code, self._code(purpose, content)):
            return None
        claims: dict[str, Any] = json.loads(content)
        return claims

    def _code(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + content, "sha256")
