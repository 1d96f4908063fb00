"""The values of documents by the paths at which they are, so that searches need not read every document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

__all__ = ["FALSE", "LIST", "LONG", "OBJECT", "PREFIX", "TRUE", "ValueIndex", "index_key"]

PREFIX = "entities/"
"""What the names of the collections begin with whose documents are indexed."""

FALSE, TRUE, OBJECT, LIST, LONG = b"f", b"t", b"o", b"l", b"x"
"""What the index has for values that are no numbers and no short texts; a long text has its digest in addition."""

_DETAILS = ("name", "organizationId", "parentEntityId", "template", "templateId", "templateName")
_LONGEST_TEXT = 256
_MOST_VALUES = 256
_GREATEST = 2**63 - 1
_MOST_KNOWN = 20_000

Row = tuple[str, Any]


class _NotIndexable(Exception):
    """A document has more than the index holds."""


class _Database(Protocol):
    def select(self, query: str, values: Sequence[Any] = ()) -> list[Any]: ...

    def write(self, statement: str, values: Sequence[Any] = ()) -> int: ...

    def write_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None: ...


def index_key(value: Any) -> Any:
    """Return what the index has for a text, a number or a truth value. Equal values have equal keys, others have not.

    Raises:
        ValueError: It has nothing for the value.
    """
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _GREATEST):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT:
        return value
    if isinstance(value, str):
        return LONG + hashlib.sha256(value.encode(errors="surrogatepass")).digest()
    raise ValueError


class ValueIndex:
    """Follows what is written to collections of entities; the caller holds a transaction around each change.

    A document that the index cannot hold wholly has no values in it, and is looked at itself.

    Args:
        database: Where the index is.
    """

    def __init__(self, database: _Database) -> None:
        self._database = database
        self._names: dict[tuple[str, str], int] = {}

    def covers(self, collection: str) -> bool:
        """Whether the documents of a collection are indexed."""
        return collection.startswith(PREFIX)

    def forget_names(self) -> None:
        """Forget what was read of the index: it may have been removed since, or never been written."""
        self._names.clear()

    def change(
        self, collection: str, position: int, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
    ) -> None:
        """Follow a change of a document; None stands for none."""
        before, after = self._rows(collection, old), self._rows(collection, new)
        was, becomes = before or {}, after or {}
        removed = [(*row, position) for row, kind in was.items() if becomes.get(row) is not kind]
        added = [(*row, position) for row, kind in becomes.items() if was.get(row) is not kind]
        if removed:
            self._database.write_each(
                "DELETE FROM indexed_values WHERE name = ? AND value = ? AND position = ?", removed
            )
        if added:
            self._database.write_each("INSERT OR IGNORE INTO indexed_values VALUES (?, ?, ?)", added)
        if new is None:
            self._database.write("DELETE FROM indexed_documents WHERE position = ?", [position])
        elif old is None or (before is None) != (after is None):
            whole = int(after is not None)
            self._database.write(
                "INSERT OR REPLACE INTO indexed_documents VALUES (?, ?, ?)", [position, collection, whole]
            )

    def _rows(self, collection: str, document: Mapping[str, Any] | None) -> dict[tuple[int, Any], type] | None:
        """Return the rows of a document with the types of their values; None where the index cannot hold them all."""
        rows: dict[tuple[int, Any], type] = {}
        try:
            for name, value in _values(document or {}):
                row = (self._name(collection, name, whole=value is not None), value)
                # Equal numbers of two types at one path would be one row.
                if value is not None and rows.setdefault(row, type(value)) is not type(value):
                    return None
        except _NotIndexable:
            return None
        return rows

    def _name(self, collection: str, name: str, *, whole: bool) -> int:
        """Return the number of a path; one whose values are not all in the index is remembered as such."""
        known = self._names.get((collection, name))
        if known is not None and (whole or known < 0):
            return abs(known)
        rows = self._database.select(
            "SELECT id, whole FROM indexed_names WHERE collection = ? AND name = ?", [collection, name]
        )
        if not rows:
            statement = "INSERT INTO indexed_names (collection, name, whole) VALUES (?, ?, ?)"
            id, is_whole = self._database.write(statement, [collection, name, int(whole)]), whole
        else:
            [[id, is_whole]] = rows
            if is_whole and not whole:
                self._database.write("UPDATE indexed_names SET whole = 0 WHERE id = ?", [id])
                is_whole = False
        if len(self._names) >= _MOST_KNOWN:
            self._names.clear()
        self._names[collection, name] = id if is_whole else -id
        return int(id)


def _values(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield what a document has at each path, and None for a path whose values are left out."""
    for count, row in enumerate(_inside(document, "")):
        if count == _MOST_VALUES:
            raise _NotIndexable
        yield row


def _inside(value: Mapping[str, Any], base: str) -> Iterator[Row]:
    is_reference = value.keys() >= {"id", "organizationId", "templateId"}
    for name, inner in value.items():
        if "." in name:
            continue  # no search has a name for it
        path = base + name
        if is_reference and name in _DETAILS:
            yield path, None
        else:
            yield from _at(inner, path)


def _at(value: Any, path: str) -> Iterator[Row]:
    if isinstance(value, dict):
        yield path, OBJECT
        yield from _inside(value, f"{path}.")
    elif isinstance(value, list):
        yield path, LIST
        for item in value:
            yield from _at(item, path)
    elif value is not None:
        try:
            yield path, index_key(value)
        except ValueError:
            raise _NotIndexable from None
