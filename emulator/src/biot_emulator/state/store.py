"""The platform's state: JSON documents and files in SQLite, in memory or in a folder that outlives the process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
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
        folder: Where the state is kept; None keeps it in memory.

    Attributes:
        folder: The same.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        place = ":memory:" if folder is None else str(_private_file(folder))
        self._connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # Enough to survive the end of the process at any moment; only the machine's own crash may lose the last writes.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are made, or, when an exception leaves it, none; no other thread sees half of them."""
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
        """Write a document, in place of the one with its id where there is one."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO documents (collection, id, json) VALUES (?, ?, ?) "
                "ON CONFLICT (collection, id) DO UPDATE SET json = excluded.json",
                (collection, id, encode(document).decode()),
            )

    def get(self, collection: str, id: str) -> Document | None:
        """Read a document."""
        with self._lock:
            row = self._connection.execute(
                "SELECT json FROM documents WHERE collection = ? AND id = ?", (collection, id)
            ).fetchone()
        return None if row is None else decode(row[0])

    def delete(self, collection: str, id: str) -> bool:
        """Remove a document; tell whether it was there."""
        with self._lock:
            cursor = self._connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", (collection, id))
            return cursor.rowcount > 0

    def all(self, collection: str) -> list[Document]:
        """Read all documents of a collection, in the order in which they were first written."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT json FROM documents WHERE collection = ? ORDER BY position", (collection,)
            ).fetchall()
        return [decode(row[0]) for row in rows]

    def put_file(self, id: str, content: bytes) -> None:
        """Write a file, in place of the one with its id where there is one."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO files (id, content) VALUES (?, ?)", (id, content))

    def get_file(self, id: str) -> bytes | None:
        """Read a file."""
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

    def clear(self) -> None:
        """Remove everything."""
        with self.transaction():
            self._connection.execute("DELETE FROM documents")
            self._connection.execute("DELETE FROM files")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()


def _private_file(folder: Path) -> Path:
    """Make the database's file readable to its owner alone: the platform's signing keys are in it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "platform.sqlite"
    file.touch(mode=0o600)
    return file
