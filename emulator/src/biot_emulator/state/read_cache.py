"""What each call reads again, such as plugins and their subscriptions, without a query of the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ReadCache"]


class ReadCache:
    """The committed texts of small collections by id. Whoever has the lock of the state may change it, and all read it.

    A query lets another thread run, and with many callers at once it is long before the first one is back.
    """

    #: What is read again whenever one of them changes, and so must be quick to read.
    MAX_DOCUMENTS = 200

    def __init__(self) -> None:
        self._collections: dict[str, Mapping[str, Any]] = {}
        self._large: set[str] = set()

    def get(self, collection: str) -> Mapping[str, Any] | None:
        """Return the texts of a collection in their order; None where they are not in memory."""
        return self._collections.get(collection)

    def is_large(self, collection: str) -> bool:
        """Whether a collection had too many documents when it was read."""
        return collection in self._large

    def put(self, collection: str, texts: Mapping[str, Any]) -> None:
        """Hold the texts of a collection, unless they are too many."""
        if len(texts) > self.MAX_DOCUMENTS:
            self._large.add(collection)
        else:
            self._collections[collection] = texts

    def forget(self, collection: str) -> None:
        """Forget the texts of a collection that changes."""
        self._collections.pop(collection, None)

    def clear(self) -> None:
        """Forget everything."""
        self._collections.clear()
        self._large.clear()
