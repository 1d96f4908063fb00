"""Digests, as the OCI image specification writes them: `sha256:` and 64 hexadecimal digits (descriptor.md)."""

from __future__ import annotations

import hashlib
import re
from typing import Protocol

from biot_plugin_cli.registry.errors import DamagedContent

__all__ = ["Hash", "digest_of", "hash_for", "is_digest", "is_hash_of", "require_digest"]

# No other algorithm is registered, and a digest becomes part of paths and URLs.
_PATTERN = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_MAX_SHOWN = 80


class Hash(Protocol):
    """A hash under way."""

    def update(self, content: bytes | bytearray, /) -> None:
        """Add content."""

    def hexdigest(self) -> str:
        """Return the hash so far in hexadecimal digits."""
        ...


def is_digest(text: object) -> bool:
    """Tell whether something is a digest that can be verified."""
    return isinstance(text, str) and _PATTERN.fullmatch(text) is not None


def require_digest(text: object) -> str:
    """Return a digest that came from outside.

    Raises:
        DamagedContent: It is none.
    """
    if not isinstance(text, str) or not is_digest(text):
        raise DamagedContent(f"{ascii(text)[:_MAX_SHOWN]} is no digest: use an image whose manifest is valid")
    return text


def digest_of(content: bytes) -> str:
    """Return the digest of content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def hash_for(digest: str) -> Hash:
    """Start a hash with the algorithm of a digest."""
    return hashlib.new(digest.partition(":")[0])


def is_hash_of(digest: str, hashed: Hash) -> bool:
    """Tell whether a hash has come out as a digest says."""
    return hashed.hexdigest() == digest.partition(":")[2]
