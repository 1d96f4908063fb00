"""An RSA key that signs as RS512 does. Imported when the first key is needed: the library costs time."""

from __future__ import annotations

import base64
from functools import cached_property
from textwrap import wrap
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

__all__ = ["SigningKey"]

_KEY_BITS = 2048
_PEM_COLUMNS = 64


class SigningKey:
    """A private key, which nothing but the platform's own store ever sees."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._public = key.public_key()

    @classmethod
    def generate(cls) -> Self:
        """Generate a new key."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS))

    @classmethod
    def load(cls, text: str) -> Self:
        """Load a key from its `private_text`."""
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        key = load_der_private_key(base64.b64decode(text), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("this is no RSA key")
        return cls(key)

    @cached_property
    def private_text(self) -> str:
        """The key itself, for the platform's own store."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        der = self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return base64.b64encode(der).decode()

    @cached_property
    def private_lines(self) -> str:
        """The same, in lines as PEM has them."""
        return "\n".join(wrap(self.private_text, _PEM_COLUMNS))

    @property
    def public_text(self) -> str:
        """The public key as the platform publishes it: base64 of SubjectPublicKeyInfo, without PEM's armour."""
        # This module also loads everything for SSH keys, and signing needs none of it.
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        der = self._public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, message: bytes) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 over SHA-512."""
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA512())

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            self._public.verify(signature, message, padding.PKCS1v15(), hashes.SHA512())
        except InvalidSignature:
            return False
        return True
