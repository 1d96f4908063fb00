"""The platform's state: JSON documents and files in SQLite, in memory or in a folder that outlives the process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_emulator.wire_json import decode, encode

__all__ = ["Store"]

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    json TEXT NOT NULL,
    UNIQUE (collection, id)
);
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


class Store:
    """Collections of documents by id, and files by id. Safe for several threads.

    Args:
        folder: Where the state is stored; None holds it in memory.

    Attributes:
        folder: The folder; None where the state is in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        path = ":memory:" if folder is None else str(_private_file(folder))
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # Enough to survive the end of the process at any moment; only the machine's own crash may lose the last writes.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes inside, or none when an exception is raised; no other thread sees half of them."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._connection.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def put(self, collection: str, id: str, document: Document) -> None:
        """Write a document, replacing the one with its id."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO documents (collection, id, json) VALUES (?, ?, ?) "
                "ON CONFLICT (collection, id) DO UPDATE SET json = excluded.json",
                (collection, id, encode(document).decode()),
            )

    def get(self, collection: str, id: str) -> Document | None:
        """Return a document; None where there is none."""
        with self._lock:
            row = self._connection.execute(
                "SELECT json FROM documents WHERE collection = ? AND id = ?", (collection, id)
            ).fetchone()
        return None if row is None else decode(row[0])

    def delete(self, collection: str, id: str) -> bool:
        """Remove a document; return whether there was one."""
        with self._lock:
            cursor = self._connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", (collection, id))
            return cursor.rowcount > 0

    def all(self, collection: str) -> list[Document]:
        """Return all documents of a collection, in the order in which they were first written."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT json FROM documents WHERE collection = ? ORDER BY position", (collection,)
            ).fetchall()
        return [decode(row[0]) for row in rows]

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
            self._connection.execute("INSERT OR REPLACE INTO files (id, content) VALUES (?, ?)", (id, content))

    def get_file(self, id: str) -> bytes | None:
        """Return a file's content; None where there is none."""
        with self._lock:
            row = self._connection.execute("SELECT content FROM files WHERE id = ?", (id,)).fetchone()
        return None if row is None else bytes(row[0])

    def has_file(self, id: str) -> bool:
        """Whether there is a file."""
        with self._lock:
            return self._connection.execute("SELECT 1 FROM files WHERE id = ?", (id,)).fetchone() is not None

    def delete_file(self, id: str) -> None:
        """Remove a file."""
        with self._lock:
            self._connection.execute("DELETE FROM files WHERE id = ?", (id,))

    def clear(self, preserved: Iterable[str] = ()) -> None:
        """Remove everything, but for these collections."""
        with self.transaction():
            removed = {row[0] for row in self._connection.execute("SELECT DISTINCT collection FROM documents")}
            for collection in removed - set(preserved):
                self._connection.execute("DELETE FROM documents WHERE collection = ?", (collection,))
            self._connection.execute("DELETE FROM files")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()


def _private_file(folder: Path) -> Path:
    """Create the database's file, readable by its owner alone: the platform's signing keys are in it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "platform.sqlite"
    file.touch(mode=0o600)
    return file
