"""The `searchRequest` parameter of search APIs (contract section 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any

Filter = Mapping[str, Any]

_CONDITIONS = frozenset(
    ("eq", "filter", "from", "gt", "gte", "in", "isNotNull", "isNull", "like", "lt", "lte", "not", "notIn", "to")
)
_LOGIC = frozenset(("$AND", "$NOT", "$OR"))


def search_request(
    filter: Filter | None, sort: str | Sequence[str], free_text: str | None, page_size: int
) -> dict[str, Any]:
    """Build the JSON of a search, without the page.

    Raises:
        ValueError: The platform does not support the search.
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
        raise ValueError(f"{name} needs a filter, a mapping of fields to conditions, not {type(value).__name__}")
    inner = value["filter"] if set(value) == {"filter"} else value
    return {"filter": _filter(inner)}


def _conditions(field: str, value: Any) -> dict[str, Any]:
    if field.startswith("$"):
        raise ValueError(f"{field} is not one of {', '.join(sorted(_LOGIC))}")
    if value is None:
        return {"isNull": True}
    if isinstance(value, (list, tuple, set, frozenset)):
        return {"in": [_render(item) for item in value]}
    if not isinstance(value, Mapping):
        return {"eq": _render(value)}
    if unknown := set(value) - _CONDITIONS:
        known = ", ".join(sorted(_CONDITIONS))
        raise ValueError(f"unknown conditions of {field}: {', '.join(sorted(unknown))}; the platform has {known}")
    return {condition: _render(operand) for condition, operand in value.items()}


def _render(value: Any) -> Any:
    """Render dates and times in the platform's format; other values are unchanged."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return [_render(item) for item in value] if isinstance(value, (list, tuple, set, frozenset)) else value


def _order(field: str) -> dict[str, str]:
    name = field.removeprefix("-")
    if not name:
        raise ValueError("sort needs names of fields, with a minus in front for descending order")
    return {"prop": name, "order": "DESC" if field.startswith("-") else "ASC"}
