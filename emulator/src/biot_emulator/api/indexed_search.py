"""Searches collections by the index of their values, with the results that a look at each document has.

What a filter asks for becomes a set of positions; documents that the index does not hold are looked at themselves. Only
what is on the page is read, unless the words of a free-text search may be anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from biot_emulator.api.search import CREATION_TIMES, Search, creation_time, search, sort_key, value_of
from biot_emulator.api.search_filter import (
    CONDITIONS,
    LOGIC,
    TEMPLATE_FIELDS,
    entries,
    matches,
    parts_of,
    stated,
    texts_of,
)
from biot_emulator.state.store import Store
from biot_emulator.state.value_index import FALSE, LIST, LONG, TRUE, index_key

__all__ = ["documents_having", "search_collection"]

#: A collection with fewer documents is read as a whole, which takes less time.
_WORTHWHILE = 300
#: So many documents may be read for what the index does not tell.
_MOST_DOUBTFUL = 2_000
_FEW = 300
_MANY = 1_000
_NEWEST = (
    "SELECT value, position FROM indexed_values WHERE name = ? AND value > '' AND (value, position) < (?, ?)"
    " ORDER BY value DESC, position DESC LIMIT 2000"
)

Document = dict[str, Any]
Positions = set[int]
Field = tuple[str, Document]


class _NotByIndex(Exception):
    """The index cannot tell."""


def search_collection(
    store: Store,
    collection: str,
    search_request: str | None,
    restriction: Mapping[str, Any] | None = None,
    worthwhile: int = _WORTHWHILE,
    few: int = _FEW,
) -> Document:
    """Return one page of the documents of a collection that match a search request.

    Args:
        store: The state.
        collection: The collection, one that is indexed.
        search_request: The text of the request; None where there is none.
        restriction: A further filter, which the response does not repeat.
        worthwhile: The number of documents from which on the index is used.
        few: The number of documents up to which they are read sooner than the index is asked more of them.

    Raises:
        BadRequest: The request is not valid.
    """
    # Whoever writes meanwhile waits: positions and documents are of one moment.
    with store.reading():
        [[count]] = store.select("SELECT COUNT(*) FROM indexed_documents WHERE collection = ?", [collection])
        if count >= worthwhile:
            try:
                return _Indexed(store, collection, few).search(Search.parse(search_request), dict(restriction or {}))
            except _NotByIndex:
                pass
    documents = store.all(collection)
    if restriction:
        documents = [document for document in documents if matches(document, dict(restriction))]
    return search(documents, search_request)


def documents_having(store: Store, collection: str, field: str, value: Any) -> list[Document]:
    """Return the documents of a collection that have a value, the oldest first.

    Args:
        store: The state.
        collection: The collection, one that is indexed.
        field: The field's name, with those of inner ones after a dot.
        value: A text, a number or a truth value.
    """
    condition = {field: {"eq": value}}
    with store.reading():
        try:
            return _Indexed(store, collection, _FEW).documents(condition)
        except _NotByIndex:
            return [document for document in store.all(collection) if matches(document, condition)]


class _Indexed:
    def __init__(self, store: Store, collection: str, few: int) -> None:
        self._store = store
        self._few = few
        self._collection = collection
        self._all: Positions | None = None

    def search(self, request: Search, restriction: Document) -> Document:
        fields = sorted([*entries(request.filter), *entries(restriction)], key=self._cost)
        found, rest = self._narrowed(fields)
        found |= self._unindexed(request.filter, restriction)
        if rest or request.words or len(found) <= self._few:
            documents = self._store.documents_at(sorted(found))
            results = request.sort(
                document
                for document in documents
                if request.has_word(document) and all(matches(document, {name: each}) for name, each in rest)
            )
            return request.response(request.page_of(results), len(results))
        last = (request.page + 1) * request.limit
        newest = None if request.order else self._newest(found, last)
        positions = self._sorted(found, request.order) if newest is None else newest
        return request.response(self._store.documents_at([*request.page_of(positions)]), len(found))

    def documents(self, filter: Document) -> list[Document]:
        return self._store.documents_at(sorted(self._filtered(filter) | self._unindexed(filter)))

    def _narrowed(self, fields: list[Field]) -> tuple[Positions, list[Field]]:
        """Return what meets fields of a filter, and the fields that few enough are left for to look at each."""
        found: Positions | None = None
        for number, field in enumerate(fields, start=1):
            met = self._meeting(*field)
            found = met if found is None else found & met
            if len(found) <= self._few:
                return found, fields[number:]
        return set(self._everything()) if found is None else found, []

    def _cost(self, field: Field) -> int:
        """Return how many documents have one of the values that a field must have, if there are not many."""
        name, conditions = field
        texts = conditions.get("in")
        operands = [conditions["eq"]] if conditions.get("eq") is not None else texts if isinstance(texts, list) else []
        if name in LOGIC or not 0 < len(operands) <= _FEW:
            return _MANY
        number = self._name(_path(name))
        query = f"SELECT COUNT(*) FROM (SELECT 1 FROM indexed_values WHERE name = ? AND value = ? LIMIT {_MANY})"  # noqa: S608
        keys = [operand for operand in operands if isinstance(operand, str | int | float)]
        return sum(count for key in keys for (count,) in self._store.select(query, [number, _key(key)]))

    def _unindexed(self, *filters: Document) -> Positions:
        """Return the positions of documents that the index does not hold, and that are searched for."""
        positions = self._positions(whole=False)
        if len(positions) > _MOST_DOUBTFUL:
            raise _NotByIndex
        ordered = sorted(positions)
        documents = zip(ordered, self._store.documents_at(ordered), strict=True)
        return {position for position, document in documents if all(matches(document, each) for each in filters)}

    def _everything(self) -> Positions:
        if self._all is None:
            self._all = self._positions(whole=True)
        return self._all

    def _positions(self, *, whole: bool) -> Positions:
        query = "SELECT position FROM indexed_documents WHERE collection = ? AND whole = ?"
        return {position for (position,) in self._store.select(query, [self._collection, int(whole)])}

    def _filtered(self, filter: Any) -> Positions:
        found: Positions | None = None
        for name, conditions in entries(filter):
            met = self._meeting(name, conditions)
            found = met if found is None else found & met
        return set(self._everything()) if found is None else found

    def _meeting(self, name: str, conditions: Document) -> Positions:
        if name in LOGIC:
            return self._logic(name, [self._filtered(part) for part in parts_of(name, conditions)])
        path = _path(name)
        present = {condition: operand for condition, operand in stated(conditions).items() if operand is not None}
        found: Positions | None = None
        for condition, operand in present.items():
            met = self._holding(path, condition, operand)
            found = met if found is None else found & met
        return set(self._everything()) if found is None else found

    def _logic(self, name: str, parts: list[Positions]) -> Positions:
        if not parts:
            return set(self._everything())
        if name == "$OR":
            return set().union(*parts)
        common = parts[0].intersection(*parts[1:])
        return self._everything() - common if name == "$NOT" else common

    def _holding(self, path: str, condition: str, operand: Any) -> Positions:
        name = self._name(path)
        if condition in ("eq", "not"):
            found = self._equal(name, operand)
        elif condition in ("in", "notIn"):
            found = self._among(name, texts_of(operand))
        elif condition in ("isNull", "isNotNull"):
            if operand is False:
                return set(self._everything())
            found = self._select(name, "value <> ?", [LIST])
        else:
            return self._compared(name, condition, operand)
        return self._everything() - found if condition in ("not", "notIn", "isNull") else found

    def _name(self, path: str) -> int | None:
        """Return the number of a path; None where no document has it. Raises _NotByIndex where it is not indexed."""
        parts = path.split(".")
        prefixes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        marks = ", ".join("?" * len(prefixes))
        query = f"SELECT name, id, whole FROM indexed_names WHERE collection = ? AND name IN ({marks})"  # noqa: S608
        known = {name: (id, whole) for name, id, whole in self._store.select(query, [self._collection, *prefixes])}
        if not all(whole for _, whole in known.values()):
            raise _NotByIndex
        return known[path][0] if path in known else None

    def _select(self, name: int | None, condition: str, values: Iterable[Any] = ()) -> Positions:
        if name is None:
            return set()
        query = f"SELECT position FROM indexed_values WHERE name = ? AND {condition}"  # noqa: S608  of constants
        return {position for (position,) in self._store.select(query, [name, *values])}

    def _equal(self, name: int | None, operand: Any) -> Positions:
        if isinstance(operand, list):
            return set()  # the items of lists are compared one by one
        return self._select(name, "value = ?", [_key(operand)])

    def _among(self, name: int | None, texts: list[str]) -> Positions:
        found: Positions = set()
        for text in {*texts}:
            found |= self._select(name, "value = ?", [index_key(text)])
            for value in _as_other_types(text):
                # A whole number and a decimal that are equal are two texts.
                kind = {int: "integer", float: "real"}.get(type(value), "blob")
                found |= self._select(name, "value = ? AND typeof(value) = ?", [value, kind])
        return found

    def _compared(self, name: int | None, condition: str, operand: Any) -> Positions:
        if name is None:
            return set()
        holds = CONDITIONS[condition]
        if condition in ("lt", "lte", "gt", "gte"):
            sign = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}[condition]
            # Numbers come before texts.
            return self._select(name, f"value {sign} ? AND value < ''", [_key(operand)])
        query = "SELECT value, position FROM indexed_values WHERE name = ? AND value >= '' AND value < x''"
        rows = self._store.select(query, [name])
        known: dict[str, bool] = {}
        for value, _ in rows:
            if value not in known:
                known[value] = holds([value], operand)
        found = {position for value, position in rows if known[value]}
        return found | self._long_texts(name, condition, operand)

    def _long_texts(self, name: int, condition: str, operand: Any) -> Positions:
        """Return where long texts meet a condition, of which the index has no more than that they are there."""
        long = sorted(self._select(name, "value > ? AND value < ?", [LONG, bytes([LONG[0] + 1])]))
        if len(long) > _MOST_DOUBTFUL:
            raise _NotByIndex
        [[path]] = self._store.select("SELECT name FROM indexed_names WHERE id = ?", [name])
        documents = zip(long, self._store.documents_at(long), strict=True)
        return {position for position, document in documents if matches(document, {path: {condition: operand}})}

    def _sorted(self, found: Positions, order: Iterable[Document]) -> list[int]:
        fields = [*order]
        if not fields:
            newest = sorted(found, reverse=True)
            times = self._creation_times(found)
            return sorted(newest, key=lambda position: times.get(position, ""), reverse=True)
        positions = sorted(found)
        for field in reversed(fields):
            keys = self._keys(field["prop"], found)
            present = [position for position in positions if position in keys]
            absent = [position for position in positions if position not in keys]
            present.sort(key=keys.__getitem__, reverse=field.get("order") != "ASC")
            positions = present + absent
        return positions

    def _newest(self, found: Positions, most: int) -> list[int] | None:
        """Return the newest positions, as many as are needed; None where the index alone does not tell them."""
        time, other = CREATION_TIMES
        name = self._name(time)
        if name is None or self._name(other) is not None:
            return None
        if found & self._positions(whole=False) or self._in_lists(time, found):
            return None
        positions: list[int] = []
        after: tuple[Any, int] = (b"", 0)
        while len(positions) < most:
            rows = self._store.select(_NEWEST, [name, *after])
            if not rows:
                # Whatever has no time comes last.
                return None if len(positions) < len(found) else positions
            positions += [position for _, position in rows if position in found]
            after = rows[-1]
        return positions

    def _creation_times(self, found: Positions) -> dict[int, str]:
        times: dict[int, str] = {}
        for path in reversed(CREATION_TIMES):
            values, doubtful = self._values(path, found)
            times |= {position: value for position, value in values.items() if value and isinstance(value, str)}
            for position, document in self._read(doubtful):
                times[position] = creation_time(document)
        return times

    def _keys(self, prop: str, found: Positions) -> dict[int, tuple[int, float, str]]:
        path = _path(prop)
        values, doubtful = self._values(path, found)
        keys = {position: sort_key(value) for position, value in values.items()}
        for position, document in self._read(doubtful):
            value = value_of(prop, document)
            if value is not None:
                keys[position] = sort_key(value)
            else:
                keys.pop(position, None)
        return keys

    def _values(self, path: str, found: Positions) -> tuple[dict[int, Any], Positions]:
        """Return the values at a path, and the positions of documents of which the index does not tell it."""
        name = self._name(path)
        doubtful = (found & self._positions(whole=False)) | self._in_lists(path, found)
        query = "SELECT value, position FROM indexed_values WHERE name = ?"
        rows = self._store.select(query, [name]) if name is not None else []
        values: dict[int, Any] = {}
        for value, position in rows:
            if position not in found:
                continue
            if value in (TRUE, FALSE):
                values[position] = value == TRUE
            elif isinstance(value, bytes):
                doubtful.add(position)
            else:
                values[position] = value
        return values, doubtful

    def _in_lists(self, path: str, found: Positions) -> Positions:
        """Return the documents that have a list on the way to a path: the index has its items in no order."""
        parts = path.split(".")
        lists: Positions = set()
        for length in range(1, len(parts) + 1):
            lists |= self._select(self._name(".".join(parts[:length])), "value = ?", [LIST])
        return lists & found

    def _read(self, positions: Positions) -> Iterable[tuple[int, Document]]:
        if len(positions) > _MOST_DOUBTFUL:
            raise _NotByIndex
        ordered = sorted(positions)
        return zip(ordered, self._store.documents_at(ordered), strict=True)


def _path(name: str) -> str:
    """Return the path of a field: the id and the name of a template have names of their own."""
    return ".".join(TEMPLATE_FIELDS.get(name, [name]))


def _as_other_types(text: str) -> list[Any]:
    """Return what the index has for the values of other types that are written as this text."""
    if text in ("true", "false"):
        return [TRUE if text == "true" else FALSE]
    return [value for kind in (int, float) if (value := _as_number(text, kind)) is not None]


def _as_number(text: str, kind: type[int | float]) -> Any:
    try:
        value = kind(text)
        return index_key(value) if str(value) == text else None
    except (ValueError, OverflowError):
        return None


def _key(operand: Any) -> Any:
    try:
        return index_key(operand)
    except ValueError:
        raise _NotByIndex from None
