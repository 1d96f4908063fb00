"""A folder for the state that is damaged, or a trap: one sentence, and everything stays as it was."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.program import main
from biot_emulator.server.background_thread import Server
from biot_emulator.state import database
from biot_emulator.state.folder_lock import locked
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS, code_zip, interception

ADMIN = ("ada@example.com", "secret")
SQLITE = "platform.sqlite"

Run = Callable[[Path], tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Serve from a folder, and end as soon as it would listen; give the exit code and the errors."""

    @contextmanager
    def at_once() -> Iterator[Callable[[], None]]:
        yield lambda: None

    monkeypatch.setattr(main, "termination_signals", at_once)

    def call(folder: Path) -> tuple[int, str]:
        code = main.run(["serve", "--port", "0", "--data", str(folder)])
        return code, capsys.readouterr().err

    return call


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a state that has something in each collection."""
    folder = tmp_path_factory.mktemp("stored")
    with Server(build_platform(Store(folder), admin=ADMIN)) as server:
        emulator = Emulator(server.url, Client(server.url).log_in(*ADMIN).token, server.platform, ADMIN)
        hooks = {
            "interceptions": [interception("PRE_REQUEST", f"POST{PATIENTS}")],
            "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
        }
        emulator.deploy(code_zip("def handler(event, context): return {}"), subscriptions=hooks)
        emulator.push_image({"index.py": b""})
        emulator.call("POST", "/file/v1/files/upload", json={"name": "ecg.csv", "mimeType": "text/csv"})
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, stored: dict[str, bytes]) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    for name, content in stored.items():
        (folder / name).write_bytes(content)
    return folder


def changed(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / SQLITE)) as connection, connection:
        assert connection.execute(statement).rowcount or "PRAGMA" in statement


def content(folder: Path) -> list[str]:
    """All that a state says."""
    with closing(sqlite3.connect(folder / SQLITE)) as connection:
        connection.text_factory = bytes
        return [str(row) for table in ("documents", "files") for row in connection.execute(f"SELECT * FROM {table}")]


def test_a_state_is_served_again(run: Run, folder: Path) -> None:
    assert run(folder) == (0, "")
    assert run(folder) == (0, "")


def test_a_state_of_before_there_were_versions_is_served_again(run: Run, folder: Path) -> None:
    changed(folder, "PRAGMA user_version = 0")
    assert run(folder) == (0, "")


COLLECTIONS = [
    "entities/organization",
    "entities/organization-user",
    "image-blobs",
    "image-manifests",
    "image-tags",
    "interceptions",
    "keys",
    "log-ins",
    "notifications",
    "plugins",
    "registry-key",
    "service-users",
    "signed-url-key",
    "stored-files",
    "templates",
    "unique-organization-names",
    "usernames",
    "users",
]


def test_there_is_something_in_each_collection(folder: Path) -> None:
    with closing(sqlite3.connect(folder / SQLITE)) as connection:
        names = [row[0] for row in connection.execute("SELECT DISTINCT collection FROM documents ORDER BY collection")]
    assert names == COLLECTIONS


FILE = {"id": "i", "name": "n", "mimeType": "t", "organizationId": "o", "parts": 0, "etags": {}, "segments": []}
WRONG = [{"id": "../keys"}, {"segments": ["../keys"]}, {"segments": [7]}, {"parts": "1"}]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_leads_elsewhere_is_refused(run: Run, folder: Path, wrong: dict[str, object]) -> None:
    document = {**FILE, "id": "12345678-1234-4234-8234-123456789012", **wrong}
    changed(folder, f"UPDATE documents SET json = '{json.dumps(document)}' WHERE collection = 'stored-files'")
    code, said = run(folder)
    assert (code, "document 1 of stored-files is incomplete" in said) == (1, True)


JSON = ["''", "'null'", "'[]'", "'7'", "'\"text\"'", "X'FF'", "zeroblob(9)", "'NaN'", "7"]


@pytest.mark.parametrize(
    ("collection", "json"),
    [
        *((collection, json) for collection in COLLECTIONS for json in ("'{'", "'{}'")),
        *(("plugins", json) for json in JSON),
    ],
)
def test_a_damaged_document_is_one_sentence(run: Run, folder: Path, collection: str, json: str) -> None:
    changed(folder, f"UPDATE documents SET json = {json} WHERE collection = '{collection}'")
    before = content(folder)
    code, said = run(folder)
    assert code == 1
    assert said.startswith(f"Error: The state in {folder} is damaged (")
    assert said.endswith("): put back a copy of the folder, or choose another one with --data\n")
    assert said.count("\n") == 1
    assert content(folder) == before


@pytest.mark.parametrize(
    ("collection", "member", "value"),
    [
        ("keys", "private", '["AAAA"]'),
        ("keys", "private", '["no base64!"]'),
        ("keys", "private", "[7]"),
        ("users", "hash", '"secret"'),
        ("users", "username", "null"),
        ("service-users", "secretKeys", "[{}]"),
        ("plugins", "config", "{}"),
        ("plugins", "config.timeout", '"soon"'),
        ("plugins", "config.cors.allowOrigins", "7"),
        ("plugins", "code", "[]"),
        ("interceptions", "executionOrder", "null"),
        ("interceptions", "pathFilters", "7"),
        ("notifications", "endpoint", "{}"),
        ("entities/organization", "_template", "null"),
    ],
)
def test_a_member_of_another_type_is_one_sentence(
    run: Run, folder: Path, collection: str, member: str, value: str
) -> None:
    update = (
        f"UPDATE documents SET json = json_set(json, '$.{member}', json('{value}')) WHERE collection = '{collection}'"
    )
    changed(folder, update)
    before = content(folder)
    code, said = run(folder)
    assert (code, said.count("\n")) == (1, 1)
    assert f"The state in {folder} is damaged (" in said
    assert content(folder) == before


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no database": (lambda _: b"These are notes, and no database. " * 50, "is damaged (file is not a database)"),
    "truncated": (lambda file: file[: len(file) // 2], "is damaged ("),
    "truncated within a page": (lambda file: file[:1000], "is damaged ("),
    "pages of zeros": (lambda file: file[:4096] + bytes(len(file) - 4096), "is damaged ("),
    "pages of noise": (lambda file: file[:4096] + b"\xa5" * (len(file) - 4096), "is damaged ("),
    "a header of noise": (lambda file: file[:20] + b"\xa5" * 80 + file[100:], "is damaged ("),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_one_sentence_and_not_overwritten(run: Run, folder: Path, name: str) -> None:
    damage, sentence = DAMAGES[name]
    for file in folder.glob(f"{SQLITE}-*"):
        file.unlink()
    file = folder / SQLITE
    file.write_bytes(damage(file.read_bytes()))
    before = file.read_bytes()
    code, said = run(folder)
    assert (code, said.count("\n")) == (1, 1)
    assert f"The state in {folder} {sentence}" in said
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("PRAGMA user_version = 3", "was stored by a newer version of biot-emulator: upgrade this one, or"),
        ("ALTER TABLE documents RENAME COLUMN json TO text", "is damaged (the table documents has other columns)"),
        ("ALTER TABLE files ADD COLUMN more", "is damaged (the table files has other columns)"),
    ],
)
def test_another_schema_is_one_sentence(run: Run, folder: Path, statement: str, sentence: str) -> None:
    changed(folder, statement)
    before = content(folder)
    code, said = run(folder)
    assert (code, said.count("\n")) == (1, 1)
    assert f"The state in {folder} {sentence}" in said
    assert content(folder) == before


def test_a_state_that_another_program_uses_is_one_sentence(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.01)
    with closing(sqlite3.connect(folder / SQLITE)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        code, said = run(folder)
    assert (code, said) == (1, f"Error: {folder} is in use by another program: stop it, or choose another --data\n")


def a_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "victim")


def a_dangling_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "nothing")


TRAPS: dict[str, Callable[[Path], object]] = {
    "a symbolic link": a_link,
    "a symbolic link ": a_dangling_link,
    "a folder": Path.mkdir,
    "a named pipe": os.mkfifo,
}


@pytest.mark.parametrize("name", ["lock", SQLITE, f"{SQLITE}-wal", "code"])
@pytest.mark.parametrize("kind", TRAPS)
def test_what_is_no_file_of_the_emulator_is_one_sentence(run: Run, tmp_path: Path, name: str, kind: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "state"
    folder.mkdir()
    TRAPS[kind](folder / name)
    if (name, kind) == ("code", "a folder"):
        assert run(folder) == (0, "")
        return
    code, said = run(folder)
    assert code == 1
    thing = "folder" if name == "code" else "file"
    assert said == (
        f"Error: {folder / name} is {kind.strip()} instead of a {thing} of the emulator: "
        "remove it, or choose another --data\n"
    )
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nothing").exists()


def test_a_folder_of_code_that_is_a_link_is_not_emptied(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / ("a" * 32)).mkdir(parents=True)
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "code").symlink_to(elsewhere)
    assert run(folder)[0] == 1
    assert [path.name for path in elsewhere.iterdir()] == ["a" * 32]


def test_what_is_in_the_lock_stays(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("precious")
    with locked(tmp_path), pytest.raises(DataUnavailable, match="in use by another emulator"), locked(tmp_path):
        pass
    assert (tmp_path / "lock").read_text() == "precious"


@pytest.mark.parametrize("name", ["lock", SQLITE])
def test_others_lose_their_access(run: Run, folder: Path, name: str) -> None:
    (folder / name).touch()
    (folder / name).chmod(0o666)
    assert run(folder) == (0, "")
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_full_disk_is_one_sentence_and_the_state_stays_usable(tmp_path: Path) -> None:
    store = Store(tmp_path)
    try:
        store.put("letters", "a", {"id": "a"})
        store._connection.execute("PRAGMA max_page_count = 10")
        full = f"Cannot store the state in {tmp_path} (database or disk is full): free some space, or"
        with pytest.raises(DataUnavailable) as refused, store.transaction():
            store.put("letters", "b", {"id": "b"})
            store.put_file("large", bytes(10_000_000))
        assert str(refused.value).startswith(full)
        store._connection.execute("PRAGMA max_page_count = 10000")
        with store.transaction():
            store.put("letters", "c", {"id": "c"})
        assert store.all("letters") == [{"id": "a"}, {"id": "c"}]
    finally:
        store.close()


def test_a_folder_that_became_read_only_is_one_sentence(tmp_path: Path) -> None:
    store = Store(tmp_path)
    try:
        store._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(DataUnavailable, match=r"attempt to write a readonly database\): choose a writable folder"):
            store.put("letters", "a", {})
    finally:
        store.close()


def test_damage_while_it_is_served_is_one_sentence_in_the_log(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Server(build_platform(Store(folder), admin=ADMIN)) as server:
        client = Client(server.url).log_in(*ADMIN)
        changed(folder, "UPDATE documents SET json = '{' WHERE collection = 'plugins'")
        changed(folder, "UPDATE files SET content = 'text'")
        reply = client.call("GET", "/settings/v2/plugins/Plugin-demo")
        with pytest.raises(DataUnavailable, match="is damaged"):
            server.platform.store.get_file(server.platform.store._rows("SELECT id FROM files")[0][0])
    assert (reply.status_code, reply.body["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert reply.body["message"] == "The platform cannot read or store its state: its log says why"
    assert f"The state in {folder} is damaged (the document Plugin-demo of plugins cannot be read)" in caplog.text
    assert "Traceback" not in caplog.text
