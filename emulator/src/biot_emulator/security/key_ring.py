"""The keys that sign tokens: the current one, the one before it, and their rotation (contract section 5.1)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from biot_emulator.security.separate_key import SeparateKey
    from biot_emulator.security.signing_key import SigningKey

__all__ = ["Key", "KeyRing", "KeyStorage"]


Key: TypeAlias = "SigningKey | SeparateKey"
"""A key of this process, or of another one."""


class KeyStorage(Protocol):
    """Where the private keys outlive the process."""

    def load(self) -> list[str]:
        """Return the keys that were saved last, the current one first."""
        ...

    def save(self, keys: list[str]) -> None:
        """Replace the saved keys."""
        ...


class KeyRing:
    """The current and the previous signing key. Safe for several threads.

    The first key is generated when it is first needed.

    Args:
        storage: Where the keys are stored; None stores them nowhere.
        first: The first key, which is stored nowhere; None has it loaded, or generated.
    """

    def __init__(self, storage: KeyStorage | None = None, first: Key | None = None) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._rotating = threading.Lock()
        self._keys: list[Key] = [first] if first else []

    def rotate(self) -> None:
        """Generate a new current key; the one so far becomes the previous one."""
        with self._rotating:
            keys = [_new_key(), self._loaded()[0]]
            # Saved without the other lock: who holds the store may be waiting for a signature.
            self._save(keys)
            with self._lock:
                self._keys = keys

    def public_keys(self) -> dict[str, str]:
        """Return `publicKey` and, after a rotation, `previousPublicKey`."""
        texts = [key.public_text for key in self._loaded()]
        return dict(zip(("publicKey", "previousPublicKey"), texts, strict=False))

    def private_keys(self) -> list[str]:
        """Return the private keys in base64, in lines as PEM has them."""
        return [key.private_lines for key in self._loaded()]

    def sign(self, message: bytes) -> bytes:
        """Sign with the current key."""
        return self._loaded()[0].sign(message)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the current or the previous key made the signature."""
        return any(key.verifies(message, signature) for key in self._loaded())

    def _loaded(self) -> list[Key]:
        with self._lock:
            if not self._keys:
                saved = self._storage.load() if self._storage else []
                self._keys = [*map(_load_key, saved)] or [_new_key()]
                if not saved:
                    self._save(self._keys)
            return list(self._keys)

    def _save(self, keys: list[Key]) -> None:
        if self._storage:
            self._storage.save([key.private_text for key in keys])


def _new_key() -> Key:
    from biot_emulator.security.signing_key import SigningKey

    return SigningKey.generate()


def _load_key(text: str) -> Key:
    from biot_emulator.security.signing_key import SigningKey

    return SigningKey.load(text)
