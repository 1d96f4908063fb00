"""An RSA key that signs as RS512 does. Imported when the first key is needed: the library costs time."""

from __future__ import annotations

import base64
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

__all__ = ["SigningKey"]

_KEY_BITS = 2048


class SigningKey:
    """A private key that never leaves this process."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """Make a new key."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS))

    @property
    def public_text(self) -> str:
        """The public key as the platform publishes it: base64 of SubjectPublicKeyInfo, without PEM's armour."""
        # This module also loads everything for SSH keys, and signing needs none of it.
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, message: bytes) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 over SHA-512."""
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA512())
