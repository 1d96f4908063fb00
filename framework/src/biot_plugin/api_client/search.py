"""Searches: the `searchRequest` that search APIs take, and the pages that they give (contract section 5.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any

Filter = Mapping[str, Any]

_CONDITIONS = frozenset(
    ("eq", "filter", "from", "gt", "gte", "in", "isNotNull", "isNull", "like", "lt", "lte", "not", "notIn", "to")
)
_LOGIC = frozenset(("$AND", "$NOT", "$OR"))


class Search(Iterator[dict[str, Any]]):
    """What a search finds, one after the other. A page is asked for when its first entity is.

    Pages are counted anew by the platform for each call: where entities come, go or change their place while you go
    through them, some are given twice or not at all. Sort by what does not change.
    """

    def __init__(self, page: Callable[[int], dict[str, Any]], page_size: int) -> None:
        self._page = page
        self._size = page_size
        self._number = 0
        self._seen = 0
        self._total: int | None = None
        self._entities: list[dict[str, Any]] = []
        self._done = False

    def __next__(self) -> dict[str, Any]:
        if not self._entities and not self._done:
            self._turn()
        if not self._entities:
            raise StopIteration
        return self._entities.pop()

    @property
    def total(self) -> int:
        """How many entities there are, as the platform said last; it is asked now where it was not yet."""
        if self._total is None:
            self._turn()
        return self._total or 0

    def _turn(self) -> None:
        body = self._page(self._number)
        found = body["data"]
        self._number += 1
        self._seen += len(found)
        total = _total_of(body)
        self._total = self._seen if total is None else total
        # The platform may give smaller pages than it was asked for, so that a short one need not be the last.
        self._done = not found or (self._seen >= total if total is not None else len(found) < self._size)
        self._entities = found[::-1]


def search_request(
    filter: Filter | None, sort: str | Sequence[str], free_text: str | None, page_size: int
) -> dict[str, Any]:
    """The JSON of a search, without the page.

    Raises:
        ValueError: It is no search that the platform knows.
    """
    if page_size < 1:
        raise ValueError(f"page_size must be a positive number, not {page_size}")
    request: dict[str, Any] = {"limit": page_size}
    if filter:
        request["filter"] = _filter(filter)
    if sort:
        request["sort"] = [_order(field) for field in ([sort] if isinstance(sort, str) else sort)]
    if free_text:
        request["freeTextSearch"] = free_text
    return request


def _filter(filter: Filter) -> dict[str, Any]:
    return {
        field: _logic(field, value) if field in _LOGIC else _conditions(field, value) for field, value in filter.items()
    }


def _logic(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} takes a filter, conditions by field, and not {type(value).__name__}")
    inner = value["filter"] if set(value) == {"filter"} else value
    return {"filter": _filter(inner)}


def _conditions(field: str, value: Any) -> dict[str, Any]:
    if field.startswith("$"):
        raise ValueError(f"{field} is none of {', '.join(sorted(_LOGIC))}")
    if value is None:
        return {"isNull": True}
    if isinstance(value, (list, tuple, set, frozenset)):
        return {"in": [_written(one) for one in value]}
    if not isinstance(value, Mapping):
        return {"eq": _written(value)}
    if unknown := set(value) - _CONDITIONS:
        known = ", ".join(sorted(_CONDITIONS))
        raise ValueError(f"{', '.join(sorted(unknown))} of {field} is no condition of a filter: there are {known}")
    return {condition: _written(wanted) for condition, wanted in value.items()}


def _written(value: Any) -> Any:
    """Times as the platform writes them; anything else as it is."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return [_written(one) for one in value] if isinstance(value, (list, tuple, set, frozenset)) else value


def _order(field: str) -> dict[str, str]:
    name = field.removeprefix("-")
    if not name:
        raise ValueError("sort takes names of fields, with a minus before those to turn round")
    return {"prop": name, "order": "DESC" if field.startswith("-") else "ASC"}


def _total_of(body: Any) -> int | None:
    for name in ("metadata", "page", "totalResults"):
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, int) else None
