"""Iterates over the entities that a search finds, page by page (contract section 5.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic

from biot_plugin.bodies.payload import T


class Search(Iterator[T], Generic[T]):
    """The entities that a search finds. A page is fetched when its first entity is needed.

    The platform counts pages anew for each call: where entities are added, removed or reordered during the iteration,
    some may be repeated or missing. Sort by a field that does not change.
    """

    def __init__(self, fetch_page: Callable[[int], dict[str, Any]], page_size: int) -> None:
        self._fetch_page = fetch_page
        self._page_size = page_size
        self._page_number = 0
        self._count = 0
        self._total: int | None = None
        self._entities: list[T] = []
        self._done = False

    def __next__(self) -> T:
        if not self._entities and not self._done:
            self._fetch_next()
        if not self._entities:
            raise StopIteration
        return self._entities.pop()

    @property
    def total(self) -> int:
        """The number of matching entities, from the last page; the first page is fetched if there is none yet."""
        if self._total is None:
            self._fetch_next()
        return self._total or 0

    def _fetch_next(self) -> None:
        page = self._fetch_page(self._page_number)
        entities = page["data"]
        self._page_number += 1
        self._count += len(entities)
        total = _total_results(page)
        self._total = self._count if total is None else total
        # The platform may return smaller pages than requested, so a short page need not be the last one.
        is_last = self._count >= total if total is not None else len(entities) < self._page_size
        self._done = not entities or is_last
        self._entities = entities[::-1]


def _total_results(page: Any) -> int | None:
    for name in ("metadata", "page", "totalResults"):
        page = page.get(name) if isinstance(page, dict) else None
    return page if isinstance(page, int) else None
