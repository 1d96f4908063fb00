"""Reads a content, and notices when it is not what its digest says."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import DigestInvalid

__all__ = ["VerifiedReader"]


class VerifiedReader(io.RawIOBase):
    """A file that is read from its start to its end; at the end, the digest of what was read is compared.

    Args:
        file: The file, which is closed with it.
        digest: The digest that its bytes should have.
        on_damage: Called where they have not.
    """

    def __init__(self, file: BinaryIO, digest: Digest, on_damage: Callable[[], None]) -> None:
        super().__init__()
        self._file = file
        self._digest = digest
        self._hash = digest.new_hash()
        self._on_damage = on_damage

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes.

        Raises:
            DigestInvalid: They were the last ones, and the digest is another.
        """
        content = self._file.read(len(buffer))
        if not content:
            self._verify()
            return 0
        self._hash.update(content)
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _verify(self) -> None:
        if not self._digest.matches(self._hash):
            self._on_damage()
            raise DigestInvalid("The blob was damaged and has been removed: push the image again", self._digest)
