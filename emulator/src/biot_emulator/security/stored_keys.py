"""The signing keys in the platform's state, so that tokens outlive the process where the state does."""

from __future__ import annotations

from biot_emulator.state.store import Store

__all__ = ["KEYS", "StoredKeys"]

KEYS = "keys"
"""The collection with the keys."""


class StoredKeys:
    """The private keys of a `KeyRing`.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self) -> list[str]:
        """Return the keys that were saved last, the current one first."""
        document = self._store.get(KEYS, KEYS) or {}
        return list(document.get("private", ()))

    def save(self, keys: list[str]) -> None:
        """Replace the saved keys."""
        self._store.put(KEYS, KEYS, {"private": keys})
