"""Code that cannot be a plugin's, over the APIs: nothing changes, and nothing is left."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.runtime.code_folders import CodeFolders, code_id
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator
from tests.emulator.runtime.test_code_archive import REFUSED, mutated
from tests.emulator.services.settings.test_plugins import CODE, DEMO, NEW_CODE, create, patch, state

pytestmark = pytest.mark.slow

ADMIN = ("ada@example.com", "secret")


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator with its state in a folder."""
    with Server(build_platform(Store(tmp_path), admin=ADMIN)) as server:
        token = Client(server.url).log_in(*ADMIN).token
        yield Emulator(server.url, token, server.platform, ADMIN)


def test_code_that_cannot_be_extracted_changes_nothing_and_leaves_nothing(emulator: Emulator, tmp_path: Path) -> None:
    def there() -> tuple[object, list[Path]]:
        return state(emulator), sorted((tmp_path / "code").iterdir())

    refused = {name: code for name, (code, _) in REFUSED.items() if code}
    for name, code in refused.items():
        reply = create(emulator, code)
        assert (reply.status_code, reply.body["code"], name) == (400, "BAD_REQUEST", name)
        assert "The code" in reply.body["message"]
    assert state(emulator)[0] == []
    create(emulator, CODE)
    before = there()
    for name, code in refused.items():
        reply = patch(emulator, {"version": 2}, code)
        assert (reply.status_code, reply.body["code"], name) == (400, "PLUGIN_REQUEST_VALIDATION_FAILED", name)
    assert there() == before


def test_a_mutated_zip_is_accepted_or_refused(emulator: Emulator, tmp_path: Path) -> None:
    chance = random.Random(20261126)
    before = state(emulator)
    for _ in range(60):
        code = CODE
        for _ in range(chance.randint(1, 3)):
            kind = chance.choice(["flip", "cut", "insert", "copy"])
            code = mutated(code, kind, chance.randrange(2**16), chance.randbytes(chance.randint(1, 9))) or b"PK"
        reply = create(emulator, code)
        assert reply.status_code in (201, 400), reply.body
        if reply.status_code == 201:
            assert emulator.call("DELETE", DEMO).status_code == 204
    assert state(emulator) == before
    create(emulator, CODE)
    emulator.call("DELETE", DEMO)
    assert list((tmp_path / "code").iterdir()) == []


def test_code_of_a_plugin_that_is_refused_for_something_else_is_not_left(emulator: Emulator, tmp_path: Path) -> None:
    role = "00000000-0000-0000-0000-000000000009"
    emulator.call("POST", "/ums/v2/services", json={"name": "Plugin-demo", "roleId": role, "type": "EXTERNAL_SERVICE"})
    reply = create(emulator, CODE)
    assert (reply.status_code, "is taken" in reply.body["message"]) == (400, True)
    assert list((tmp_path / "code").iterdir()) == []
    assert emulator.call("GET", DEMO).status_code == 404


@pytest.mark.parametrize("has_folder", [True, False])
def test_code_that_was_left_by_whoever_was_killed_is_removed_at_the_start(tmp_path: Path, has_folder: bool) -> None:
    with Server(build_platform(Store(tmp_path), admin=ADMIN)) as server:
        create(Emulator(server.url, Client(server.url).log_in(*ADMIN).token, server.platform, ADMIN), CODE)
    store = Store(tmp_path)
    for id in (code_id(NEW_CODE), "outbox-attachment:1"):
        store.put_file(id, NEW_CODE)
    store.close()
    if has_folder:
        CodeFolders(tmp_path / "code").extract(NEW_CODE)
    platform = build_platform(Store(tmp_path), admin=ADMIN)
    assert sorted(platform.store.file_ids()) == sorted([code_id(CODE), "outbox-attachment:1"])
    assert [folder.name for folder in (tmp_path / "code").iterdir()] == [code_id(CODE)]
    platform.close()
