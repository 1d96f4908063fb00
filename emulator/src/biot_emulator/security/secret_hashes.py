"""Passwords and secret keys, of which only a hash is ever stored."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

__all__ = ["hash_secret", "is_secret"]

_COST = 2**14
_SALT_BYTES = 16
#: Stands for the secret of somebody who has none, so that it takes as long to find out.
_NOBODY = f"{bytes(_SALT_BYTES).hex()}:{bytes(64).hex()}"


def hash_secret(secret: str, *, like: str | None = None) -> str:
    """Hash a secret with a salt, by scrypt.

    Args:
        secret: The secret.
        like: A hash of another secret of the same holder, whose salt is used, so that both are checked at once.
    """
    salt = _parts(like)[0] if like else os.urandom(_SALT_BYTES)
    return f"{salt.hex()}:{_scrypt(secret, salt).hex()}"


def is_secret(secret: str, stored_hashes: Sequence[str]) -> bool:
    """Whether a secret has one of these hashes; as slow where there are none."""
    expected = [_parts(stored) for stored in stored_hashes or [_NOBODY]]
    hashes = {salt: _scrypt(secret, salt) for salt in {salt for salt, _ in expected}}
    matches = [hmac.compare_digest(hashes[salt], stored) for salt, stored in expected]
    return any(matches) and bool(stored_hashes)


def _parts(stored_hash: str) -> tuple[bytes, bytes]:
    salt, _, expected = stored_hash.partition(":")
    return bytes.fromhex(salt), bytes.fromhex(expected)


def _scrypt(secret: str, salt: bytes) -> bytes:
    # A lone half of a surrogate pair, which JSON can carry, has no UTF-8 of its own.
    return hashlib.scrypt(secret.encode(errors="surrogatepass"), salt=salt, n=_COST, r=8, p=1)
