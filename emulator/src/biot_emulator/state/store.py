"""The platform's state: JSON documents and files in SQLite, in memory or in a folder that outlives the process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from biot_emulator.state.database import TABLES, database_files, open_database
from biot_emulator.state.read_cache import ReadCache
from biot_emulator.state.unavailable_data import damaged, database_error
from biot_emulator.state.value_index import PREFIX, ValueIndex
from biot_emulator.wire_json import decode, encode

__all__ = ["Store"]

_MOST_MARKS = 500

Document = dict[str, Any]

_T = TypeVar("_T")


class Store:
    """Collections of documents by id, and files by id. Safe for several threads.

    Args:
        folder: Where the state is stored; None holds it in memory.

    Attributes:
        folder: The folder; None where the state is in memory.

    Raises:
        DataUnavailable: The state cannot be read or stored; every method raises it too.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._connection = open_database(folder)
        self._lock = threading.RLock()
        self._depth = 0
        self._index = ValueIndex(self)
        self._cache = ReadCache()
        self._views: dict[tuple[str, Callable[..., Any]], tuple[Mapping[str, Any], Any]] = {}
        try:
            if self._is_index_behind():
                self._rebuild_index()
        except BaseException:
            self.close()
            raise

    @property
    def private_files(self) -> list[Path]:
        """The files with the state, the platform's private keys among it, that are nobody else's to read."""
        return [] if self.folder is None else database_files(self.folder)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes inside, or none when an exception is raised; no other thread sees half of them."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if outermost:
                    self._execute("COMMIT")
            except BaseException:
                self._index.forget_names()
                # The database may have ended it already, such as on a full disk.
                if outermost and self._connection.in_transaction:
                    self._execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read what belongs together; nobody writes meanwhile."""
        with self._lock:
            yield

    def put(self, collection: str, id: str, document: Document) -> None:
        """Write a document, replacing the one with its id."""
        if self._index.covers(collection):
            self._put_indexed(collection, id, document)
            return
        self._put(collection, id, document)

    def _put(self, collection: str, id: str, document: Document) -> int:
        """Write a document; return its position among all, where it is new."""
        with self._lock:
            self._cache.forget(collection)
            cursor = self._execute(
                "INSERT INTO documents (collection, id, json) VALUES (?, ?, ?) "
                "ON CONFLICT (collection, id) DO UPDATE SET json = excluded.json",
                (collection, id, encode(document).decode()),
            )
            return cursor.lastrowid or 0

    def get(self, collection: str, id: str) -> Document | None:
        """Return a document; None where there is none."""
        texts = self._small(collection)
        if texts is not None:
            return self._decode(collection, id, texts[id]) if id in texts else None
        for row in self._rows("SELECT json FROM documents WHERE collection = ? AND id = ?", (collection, id)):
            return self._decode(collection, id, row[0])
        return None

    def delete(self, collection: str, id: str) -> bool:
        """Remove a document; return whether there was one."""
        if self._index.covers(collection):
            return self._delete_indexed(collection, id)
        return self._delete(collection, id)

    def _delete(self, collection: str, id: str) -> bool:
        with self._lock:
            self._cache.forget(collection)
            cursor = self._execute("DELETE FROM documents WHERE collection = ? AND id = ?", (collection, id))
            return cursor.rowcount > 0

    def all(self, collection: str) -> list[Document]:
        """Return all documents of a collection, in the order in which they were first written."""
        texts = self._small(collection)
        if texts is None:
            query = "SELECT id, json FROM documents WHERE collection = ? ORDER BY position"
            texts = dict(self._rows(query, (collection,)))
        return [self._decode(collection, id, json) for id, json in texts.items()]

    def view(self, collection: str, make: Callable[[list[Document]], _T]) -> _T:
        """Return what a function makes of all documents of a collection, made anew once one of them has changed.

        Args:
            collection: The collection.
            make: The function, the same one at each call. What it returns is shared: nobody changes it.
        """
        texts = self._small(collection)
        if texts is None:
            return make(self.all(collection))
        view = self._views.get((collection, make))
        if view is None or view[0] is not texts:
            documents = [self._decode(collection, id, json) for id, json in texts.items()]
            view = self._views[collection, make] = (texts, make(documents))
        made: _T = view[1]
        return made

    def present_view(self, collection: str, make: Callable[[list[Document]], _T]) -> _T | None:
        """Return what `view` returned last, if nothing has changed since: without any wait for who writes."""
        view = self._views.get((collection, make))
        made: _T | None = view[1] if view and view[0] is self._cache.get(collection) else None
        return made

    def ids(self, collection: str) -> list[str]:
        """Return the ids of all documents of a collection, in the order in which they were first written."""
        return [
            row[0]
            for row in self._rows("SELECT id FROM documents WHERE collection = ? ORDER BY position", [collection])
        ]

    def collections(self) -> list[str]:
        """Return the names of the collections that have documents."""
        return [row[0] for row in self._rows("SELECT DISTINCT collection FROM documents")]

    def delete_where(self, collection: str, field: str, value: str) -> None:
        """Remove the documents that have this value in a field."""
        with self.transaction():
            for document in self.all(collection):
                if document[field] == value:
                    self.delete(collection, document["id"])

    def replace_where(self, collection: str, field: str, value: str, by: str) -> None:
        """Change a field of the documents that have this value in it."""
        with self.transaction():
            for document in self.all(collection):
                if document[field] == value:
                    self.put(collection, document["id"], {**document, field: by})

    def put_file(self, id: str, content: bytes) -> None:
        """Write a file, replacing the one with its id."""
        with self._lock:
            self._execute("INSERT OR REPLACE INTO files (id, content) VALUES (?, ?)", (id, content))

    def get_file(self, id: str) -> bytes | None:
        """Return a file's content; None where there is none."""
        for row in self._rows("SELECT content FROM files WHERE id = ?", (id,)):
            if not isinstance(row[0], bytes):
                raise damaged(self.folder, f"the file {id} cannot be read")
            return row[0]
        return None

    def delete_file(self, id: str) -> None:
        """Remove a file."""
        with self._lock:
            self._execute("DELETE FROM files WHERE id = ?", (id,))

    def file_ids(self) -> list[str]:
        """Return the ids of all files."""
        return [row[0] for row in self._rows("SELECT id FROM files")]

    def select(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query of tables that are no documents."""
        return self._rows(query, values)

    def write(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Write to such a table; return the id of the last row that was inserted."""
        with self._lock:
            return self._execute(statement, values).lastrowid or 0

    def write_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write to such a table once for each row of values."""
        with self._lock, self._translated():
            self._connection.executemany(statement, rows)

    def clear(self, preserved: Iterable[str] = ()) -> None:
        """Remove everything, but for these collections."""
        with self.transaction():
            for collection in {*self.collections()} - {*preserved}:
                self._execute("DELETE FROM documents WHERE collection = ?", (collection,))
            for table in ("files", *TABLES):
                self._execute(f"DELETE FROM {table}")  # noqa: S608  the names are constants
            self._index.forget_names()
            self._cache.clear()

    def documents_at(self, positions: Sequence[int]) -> list[Document]:
        """Return the documents at positions in the order of all documents, in the order of the positions."""
        found: dict[int, Document] = {}
        for start in range(0, len(positions), _MOST_MARKS):
            part = positions[start : start + _MOST_MARKS]
            marks = ", ".join("?" * len(part))
            query = f"SELECT position, collection, id, json FROM documents WHERE position IN ({marks})"  # noqa: S608
            for position, collection, id, json in self._rows(query, part):
                found[position] = self._decode(collection, id, json)
        return [found[position] for position in positions if position in found]

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def _small(self, collection: str) -> Mapping[str, Any] | None:
        """Return the texts of a collection that fits into memory; None in a transaction, which may yet change them."""
        texts = self._cache.get(collection)
        if texts is not None or self._index.covers(collection) or self._cache.is_large(collection):
            return texts
        with self._lock:
            if self._depth:
                return None
            query = "SELECT id, json FROM documents WHERE collection = ? ORDER BY position LIMIT ?"
            self._cache.put(collection, dict(self._rows(query, (collection, ReadCache.MAX_DOCUMENTS + 1))))
            return self._cache.get(collection)

    def _put_indexed(self, collection: str, id: str, document: Document) -> None:
        with self.transaction():
            position, old = self._present(collection, id)
            new_position = self._put(collection, id, document)
            self._index.change(collection, new_position if position is None else position, old, document)

    def _delete_indexed(self, collection: str, id: str) -> bool:
        with self.transaction():
            position, old = self._present(collection, id)
            if position is None:
                return False
            self._index.change(collection, position, old, None)
            return self._delete(collection, id)

    def _present(self, collection: str, id: str) -> tuple[int | None, Document | None]:
        """Return a document with its position in the order of all; None where there is none."""
        query = "SELECT position, json FROM documents WHERE collection = ? AND id = ?"
        for position, json in self._rows(query, (collection, id)):
            return position, self._decode(collection, id, json)
        return None, None

    def _is_index_behind(self) -> bool:
        [[indexed]] = self._rows("SELECT COUNT(*) FROM indexed_documents")
        [[present]] = self._rows("SELECT COUNT(*) FROM documents WHERE collection GLOB ?", (f"{PREFIX}*",))
        return bool(indexed != present)

    def _rebuild_index(self) -> None:
        """Index the documents of a state that was stored without an index."""
        with self.transaction():
            for table in ("indexed_values", "indexed_names", "indexed_documents"):
                self._execute(f"DELETE FROM {table}")  # noqa: S608  the names are constants
            pattern = f"{PREFIX}*"
            query = "SELECT position, collection, id, json FROM documents WHERE collection GLOB ?"
            for position, collection, id, json in self._rows(query, (pattern,)):
                self._index.change(collection, position, None, self._decode(collection, id, json))

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._translated():
            return self._connection.execute(statement, values)

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, self._translated():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise database_error(self.folder, error) from error

    def _decode(self, collection: str, id: str, json: Any) -> Document:
        try:
            document = decode(json)
        except (TypeError, ValueError):
            document = None
        if not isinstance(document, dict):
            raise damaged(self.folder, f"the document {id} of {collection} cannot be read")
        return document
