"""Digests: the names of contents, by which these are verified wherever they come from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from biot_emulator.registry.errors import DigestInvalid

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["Digest"]

#: Hexadecimal digits of each algorithm that the image specification registers, and that is a hash here.
_DIGITS: Mapping[str, int] = {"sha256": 64, "sha512": 128}
_DIGEST = re.compile(r"(sha256|sha512):([0-9a-f]{64,128})")
_SHOWN = 200


class Digest(str):
    """A digest that is one: `sha256:` or `sha512:` with its digits, safe in a path."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read a digest.

        Raises:
            DigestInvalid: It is none.
        """
        match = _DIGEST.fullmatch(text) if isinstance(text, str) else None
        if match is None or len(match[2]) != _DIGITS[match[1]]:
            raise DigestInvalid(
                "A digest must be [sha256:] or [sha512:] with its hexadecimal digits", str(text)[:_SHOWN]
            )
        return cls(text)

    @classmethod
    def of(cls, content: bytes, algorithm: str = "sha256") -> Self:
        """Return the digest of a content."""
        return cls(f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")

    @property
    def algorithm(self) -> str:
        """The name of its algorithm."""
        return self.partition(":")[0]

    @property
    def digits(self) -> str:
        """Its hexadecimal digits."""
        return self.partition(":")[2]

    def new_hash(self) -> _Hash:
        """Return a hash of its algorithm."""
        return hashlib.new(self.algorithm)

    def matches(self, hash: _Hash) -> bool:
        """Whether a hash of its algorithm arrives at it."""
        return hash.hexdigest() == self.digits
