"""Passwords and secret keys, of which only a hash is ever stored."""

from __future__ import annotations

import hashlib
import hmac
import os

__all__ = ["hash_secret", "is_secret"]

_COST = 2**14
_SALT_BYTES = 16


def hash_secret(secret: str) -> str:
    """Hash a secret with a salt, by scrypt."""
    salt = os.urandom(_SALT_BYTES)
    return f"{salt.hex()}:{_scrypt(secret, salt).hex()}"


def is_secret(secret: str, stored_hash: str) -> bool:
    """Whether a secret has this hash."""
    salt, _, expected = stored_hash.partition(":")
    return hmac.compare_digest(_scrypt(secret, bytes.fromhex(salt)), bytes.fromhex(expected))


def _scrypt(secret: str, salt: bytes) -> bytes:
    # A lone half of a surrogate pair, which JSON can carry, has no UTF-8 of its own.
    return hashlib.scrypt(secret.encode(errors="surrogatepass"), salt=salt, n=_COST, r=8, p=1)
