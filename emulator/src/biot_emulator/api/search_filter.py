"""The `filter` of a search request: conditions on fields, and logic around them (contract section 5.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from biot_emulator.api.errors import BadRequest

__all__ = ["matches", "stated"]

Document = dict[str, Any]
Values = list[Any]

_LISTS = ("in", "notIn")
_LOGIC: dict[str, Callable[[Iterator[bool]], bool]] = {"$AND": all, "$OR": any, "$NOT": lambda found: not all(found)}


def matches(document: Document, filter: Any) -> bool:
    """Whether a document meets every entry of a filter.

    Raises:
        BadRequest: The filter is not what it should be.
    """
    # Every entry is looked at, so that a mistake in one is told whatever the documents are.
    return all([_meets(document, name, conditions) for name, conditions in _entries(filter)])  # noqa: C419


def stated(filter: Any) -> Document:
    """A filter that is what it should be, as the answer states it: in its schema, which knows no nulls.

    Raises:
        BadRequest: The filter is not what it should be.
    """
    matches({}, filter)  # tells a mistake also where there is no document
    return {name: _stated(conditions) for name, conditions in _entries(filter)}


def _stated(conditions: Document) -> Document:
    given = {condition: wanted for condition, wanted in conditions.items() if wanted is not None}
    return {condition: _texts(wanted) if condition in _LISTS else wanted for condition, wanted in given.items()}


def _entries(filter: Any) -> Iterator[tuple[str, Document]]:
    if not isinstance(filter, dict):
        raise BadRequest("A [filter] must be an object of conditions by field")
    for name, conditions in filter.items():
        if not isinstance(conditions, dict):
            raise BadRequest(f"The conditions of [{name}] in [filter] must be an object")
        yield name, conditions


def _meets(document: Document, name: str, conditions: Document) -> bool:
    if name in _LOGIC:
        if set(conditions) != {"filter"}:
            raise BadRequest(f"[{name}] in [filter] takes a nested [filter] and nothing else")
        inner = conditions["filter"]
        parts = inner if isinstance(inner, list) else [{key: one} for key, one in _entries(inner)]
        return _LOGIC[name](iter([matches(document, part) for part in parts]))
    values = list(_values(document, name.split(".")))
    return all([_holds(name, values, condition, wanted) for condition, wanted in conditions.items()])  # noqa: C419


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path, each of a list's items for itself."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, dict):
        yield from _values(value.get(path[0]), path[1:])


def _holds(name: str, values: Values, condition: str, wanted: Any) -> bool:
    if condition not in _CONDITIONS:
        known = ", ".join(sorted(_CONDITIONS))
        raise BadRequest(f"[{condition}] of [{name}] is no condition of a [filter]: use one of {known}")
    if wanted is None:
        return True
    try:
        return _CONDITIONS[condition](values, wanted)
    except TypeError as error:
        raise BadRequest(f"[{condition}] of [{name}] in [filter] must be {error}") from None


def _equal(values: Values, wanted: Any) -> bool:
    return any(value == wanted and isinstance(value, bool) == isinstance(wanted, bool) for value in values)


def _among(values: Values, wanted: Any) -> bool:
    texts = _texts(wanted)
    return any(_text(value) in texts for value in values)


def _texts(wanted: Any) -> list[str]:
    """The list holds texts whatever the field is; what is not text yet is made one."""
    texts: list[Any] = [_text(one) for one in wanted] if isinstance(wanted, list) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a list of texts")
    return texts


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _contains(values: Values, wanted: Any) -> bool:
    if not isinstance(wanted, str):
        raise TypeError("text")
    return any(isinstance(value, str) and wanted.casefold() in value.casefold() for value in values)


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Values, Any], bool]:
    def holds(values: Values, wanted: Any) -> bool:
        if not _is_number(wanted):
            raise TypeError("a number")
        return any(_is_number(value) and compare(value, wanted) for value in values)

    return holds


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _date(compare: Callable[[Any, Any], bool]) -> Callable[[Values, Any], bool]:
    def holds(values: Values, wanted: Any) -> bool:
        limit = _moment(wanted)
        if limit is None:
            raise TypeError("a date in ISO 8601")
        moments = [_moment(value) for value in values]
        return any(moment is not None and compare(moment, limit) for moment in moments)

    return holds


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _flag(check: Callable[[Values], bool]) -> Callable[[Values, Any], bool]:
    def holds(values: Values, wanted: Any) -> bool:
        if not isinstance(wanted, bool):
            raise TypeError("true or false")
        return check(values) or not wanted

    return holds


_CONDITIONS: dict[str, Callable[[Values, Any], bool]] = {
    "eq": _equal,
    "not": lambda values, wanted: not _equal(values, wanted),
    "in": _among,
    "notIn": lambda values, wanted: not _among(values, wanted),
    "like": _contains,
    "lt": _number(lt),
    "lte": _number(le),
    "gt": _number(gt),
    "gte": _number(ge),
    "from": _date(ge),
    "to": _date(le),
    "isNull": _flag(lambda values: not values),
    "isNotNull": _flag(bool),
}
