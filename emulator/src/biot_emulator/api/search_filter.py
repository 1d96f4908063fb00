"""The `filter` of a search request: conditions on fields, and logic around them (contract section 5.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from biot_emulator.api.errors import BadRequest

__all__ = [
    "CONDITIONS",
    "LOGIC",
    "TEMPLATE_FIELDS",
    "entries",
    "field_path",
    "matches",
    "normalized_filter",
    "parts_of",
    "stated",
    "texts_of",
]

Document = dict[str, Any]
Values = list[Any]

_LISTS = ("in", "notIn")
TEMPLATE_FIELDS = {"_templateId": ["_template", "id"], "_templateName": ["_template", "name"]}
LOGIC: dict[str, Callable[[Iterator[bool]], bool]] = {
    "$AND": all,
    "$OR": any,
    "$NOT": lambda results: not all(results),
}


def matches(document: Document, filter: Any) -> bool:
    """Whether a document meets every condition of a filter.

    Raises:
        BadRequest: The filter is not valid.
    """
    # Every condition is evaluated, so that a mistake is reported whatever the documents are.
    return all([_meets(document, name, conditions) for name, conditions in entries(filter)])  # noqa: C419


def normalized_filter(filter: Any) -> Document:
    """Return a valid filter as responses repeat it: by its published schema, which has no nulls.

    Raises:
        BadRequest: The filter is not valid.
    """
    matches({}, filter)  # reports a mistake also where there is no document
    return {name: conditions if name in LOGIC else _normalized(conditions) for name, conditions in entries(filter)}


def _normalized(conditions: Document) -> Document:
    present = {condition: operand for condition, operand in stated(conditions).items() if operand is not None}
    return {condition: texts_of(operand) if condition in _LISTS else operand for condition, operand in present.items()}


def entries(filter: Any) -> Iterator[tuple[str, Document]]:
    """Yield the fields of a filter with their conditions. Raises BadRequest."""
    if not isinstance(filter, dict):
        raise BadRequest("A [filter] must be an object of conditions by field")
    for name, conditions in filter.items():
        if conditions is None:
            continue
        if not isinstance(conditions, dict):
            raise BadRequest(f"The conditions of [{name}] in [filter] must be an object")
        yield name, conditions


def _meets(document: Document, name: str, conditions: Document) -> bool:
    if name in LOGIC:
        parts = parts_of(name, conditions)
        return not parts or LOGIC[name](iter([matches(document, part) for part in parts]))
    values = list(_values(document, field_path(name, document)))
    present = stated(conditions)
    return all([_holds(name, values, condition, operand) for condition, operand in present.items()])  # noqa: C419


def stated(conditions: Document) -> Document:
    """Return the conditions of a field without those that a form has left empty, as the console sends them.

    Its forms have all their lists, and a nested filter for logic that is not there.
    """
    from_form = all(name in conditions for name in _LISTS)
    return {
        condition: operand
        for condition, operand in conditions.items()
        if not (condition == "filter" and operand in ({}, None)) and not (from_form and operand == [])
    }


def parts_of(name: str, conditions: Document) -> list[Any]:
    """Return the filters that logic is around; none where a form has left them empty. Raises BadRequest."""
    if {condition for condition, operand in conditions.items() if operand or condition == "filter"} != {"filter"}:
        raise BadRequest(f"[{name}] in [filter] takes a nested [filter] and nothing else")
    inner = conditions["filter"]
    if inner is None:
        return []
    return inner if isinstance(inner, list) else [{key: part} for key, part in entries(inner)]


def field_path(name: str, document: Document) -> list[str]:
    """Return the path of a field in a document: the id and the name of a template have names of their own."""
    return (TEMPLATE_FIELDS.get(name) if name not in document else None) or name.split(".")


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    """Yield the values at a path; the items of a list one by one."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, dict):
        yield from _values(value.get(path[0]), path[1:])


def _holds(name: str, values: Values, condition: str, operand: Any) -> bool:
    if condition not in CONDITIONS:
        known = ", ".join(sorted(CONDITIONS))
        raise BadRequest(f"[{condition}] of [{name}] is no condition of a [filter]: use one of {known}")
    if operand is None:
        return True
    try:
        return CONDITIONS[condition](values, operand)
    except TypeError as error:
        raise BadRequest(f"[{condition}] of [{name}] in [filter] must be {error}") from None


def _equal(values: Values, operand: Any) -> bool:
    return any(value == operand and isinstance(value, bool) == isinstance(operand, bool) for value in values)


def _among(values: Values, operand: Any) -> bool:
    texts = frozenset(texts_of(operand))
    return any(isinstance(text, str) and text in texts for text in map(_text, values))


def texts_of(operand: Any) -> list[str]:
    """Return the texts of a list; numbers and truth values in it are written as text."""
    texts: list[Any] = [_text(item) for item in operand] if isinstance(operand, list) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a list of texts")
    return texts


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _contains(values: Values, operand: Any) -> bool:
    if not isinstance(operand, str):
        raise TypeError("text")
    part = operand.casefold()
    return any(isinstance(value, str) and part in value.casefold() for value in values)


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Values, Any], bool]:
    def holds(values: Values, operand: Any) -> bool:
        if not _is_number(operand):
            raise TypeError("a number")
        return any(_is_number(value) and compare(value, operand) for value in values)

    return holds


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _date(compare: Callable[[Any, Any], bool]) -> Callable[[Values, Any], bool]:
    def holds(values: Values, operand: Any) -> bool:
        limit = _moment(operand)
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
    def holds(values: Values, operand: Any) -> bool:
        if not isinstance(operand, bool):
            raise TypeError("true or false")
        return check(values) or not operand

    return holds


CONDITIONS: dict[str, Callable[[Values, Any], bool]] = {
    "eq": _equal,
    "not": lambda values, operand: not _equal(values, operand),
    "in": _among,
    "notIn": lambda values, operand: not _among(values, operand),
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
