"""Signs tokens as the platform does, with a generated key (contract section 5.2)."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA512

INTERCEPTOR_SCOPE = "PLUGIN_INTERCEPTOR"
NOTIFICATION_SCOPE = "ACTION_NOTIFICATION"


class Signer:
    """A key pair in place of the platform's.

    Attributes:
        private_key: The RSA private key.
    """

    def __init__(self) -> None:
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """The RSA public key."""
        return self.private_key.public_key()

    def token(self, *scopes: str, expires_in: float = 1800, **claims: Any) -> str:
        """Create a token of the platform.

        Args:
            *scopes: The claim `scopes`.
            expires_in: Seconds until it expires; negative for an expired token.
            **claims: Further claims, or other values for the usual ones.
        """
        return self.sign(
            {"alg": "RS512"},
            {
                "serviceUserId": str(uuid.uuid4()),
                "scopes": list(scopes),
                "tokenType": "SERVICE_INTERNAL",
                "jti": str(uuid.uuid4()),
                "exp": int(time.time() + expires_in),
                **claims,
            },
        )

    def user_token(self, subject: str = "3e256d8d-e5e2-42bf-a091-1e6b4afef2fb", **claims: Any) -> str:
        """Create a token of a logged-in user."""
        return self.token(tokenType="USER", sub=subject, **claims)

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """Sign any header and claims, for tests with invalid tokens."""
        message = f"{_part(header)}.{_part(claims)}"
        return f"{message}.{_base64url(self.private_key.sign(message.encode(), PKCS1v15(), SHA512()))}"

    def public_keys(self) -> Sequence[rsa.RSAPublicKey]:
        """Return the keys as `PublicKeys` fetches them."""
        return [self.public_key]


@cache
def default_signer() -> Signer:
    """Return the shared signer; creating a key takes a tenth of a second."""
    return Signer()


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
