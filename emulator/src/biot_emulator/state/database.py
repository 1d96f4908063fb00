"""The database of the state: opened only where it is one that this version understands, and is whole."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from biot_emulator.state.private_files import open_private, require_file, require_folder
from biot_emulator.state.unavailable_data import DataUnavailable, damaged, database_error

__all__ = ["TABLES", "database_files", "open_database"]

_FILE = "platform.sqlite"
_COMPANIONS = ("-wal", "-shm", "-journal")
_CODE = "code"
_WAIT_SECONDS = 5.0

_VERSION = 2
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    json TEXT NOT NULL,
    UNIQUE (collection, id)
);
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS measurements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient TEXT NOT NULL,
    source TEXT NOT NULL,
    session TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS measurements_by_time ON measurements (time);
CREATE INDEX IF NOT EXISTS measurements_by_patient ON measurements (patient, time);
CREATE INDEX IF NOT EXISTS measurements_by_source ON measurements (source, time);
CREATE INDEX IF NOT EXISTS measurements_by_session ON measurements (session, time);
CREATE TABLE IF NOT EXISTS observations (
    patient TEXT NOT NULL,
    attribute TEXT NOT NULL,
    time INTEGER NOT NULL,
    measurement INTEGER NOT NULL,
    number,
    PRIMARY KEY (patient, attribute, time, measurement)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS observations_by_attribute ON observations (attribute, time);
CREATE TABLE IF NOT EXISTS indexed_documents (
    position INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    whole INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS indexed_documents_by_collection ON indexed_documents (collection, whole);
CREATE TABLE IF NOT EXISTS indexed_names (
    id INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    name TEXT NOT NULL,
    whole INTEGER NOT NULL,
    UNIQUE (collection, name)
);
CREATE TABLE IF NOT EXISTS indexed_values (
    name INTEGER NOT NULL,
    value,
    position INTEGER NOT NULL,
    PRIMARY KEY (name, value, position)
) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
_COLUMNS = {
    "documents": ["collection", "id", "position", "json"],
    "files": ["id", "content"],
    "measurements": ["id", "patient", "source", "session", "time", "data"],
    "observations": ["patient", "attribute", "time", "measurement", "number"],
    "indexed_documents": ["position", "collection", "whole"],
    "indexed_names": ["id", "collection", "name", "whole"],
    "indexed_values": ["name", "value", "position"],
}
TABLES = ("measurements", "observations", "indexed_documents", "indexed_names", "indexed_values")
"""The tables of what is too much to be documents: whoever has one writes and selects its rows."""


def open_database(folder: Path | None) -> sqlite3.Connection:
    """Open the database, and create it if need be.

    Args:
        folder: Where it is stored; None holds it in memory.

    Raises:
        DataUnavailable: It cannot be opened, or is not what it should be; it is unchanged.
    """
    path = ":memory:" if folder is None else str(_private_file(folder))
    try:
        connection = sqlite3.connect(path, _WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise database_error(folder, error) from error
    try:
        _prepare(connection, folder)
    except sqlite3.Error as error:
        connection.close()
        raise database_error(folder, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def database_files(folder: Path) -> list[Path]:
    """Return the files of the database in a folder, whether they exist or not."""
    return [(folder / f"{_FILE}{suffix}").absolute() for suffix in ("", *_COMPANIONS)]


def _private_file(folder: Path) -> Path:
    """Create the database's file, readable by its owner alone: the platform's signing keys are in it."""
    file = folder / _FILE
    for suffix in _COMPANIONS:
        require_file(folder / f"{_FILE}{suffix}")
    require_folder(folder / _CODE)
    os.close(open_private(file))
    return file


def _prepare(connection: sqlite3.Connection, folder: Path | None) -> None:
    # Before anything is written: what a newer version has stored must stay as it is.
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise DataUnavailable(
            f"The state in {folder} was stored by a newer version of biot-emulator: "
            "upgrade this one, or choose another folder with --data"
        )
    if folder is not None:
        _check(connection, folder)
    connection.execute("PRAGMA journal_mode=WAL")
    # Enough to survive the end of the process at any moment; only the machine's own crash may lose the last writes.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(_SCHEMA)


def _check(connection: sqlite3.Connection, folder: Path) -> None:
    [state] = connection.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise damaged(folder, " ".join(state.split()))
    for table, columns in _COLUMNS.items():
        present = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        if present not in ([], columns):
            raise damaged(folder, f"the table {table} has other columns")
