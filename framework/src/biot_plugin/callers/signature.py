"""Verifies signatures. To import cryptography takes as long as half of the framework, so `init_phase` has it do so."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512


def is_signed_by(keys: Sequence[RSAPublicKey], message: bytes, signature: bytes) -> bool:
    """Whether one of the keys signed a message (RSASSA-PKCS1-v1_5 with SHA-512)."""
    return any(_matches(key, message, signature) for key in keys)


def _matches(key: RSAPublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message, PKCS1v15(), SHA512())
    except InvalidSignature:
        return False
    return True
