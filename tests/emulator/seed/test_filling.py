"""Filling a platform: all of a file, or nothing, and once."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.seed.document import read_seed
from biot_emulator.seed.errors import SeedInvalid
from biot_emulator.seed.filling import fill
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from tests.emulators import quick_emulators

ADMIN = ("admin@localhost", "Correct7horse")
PATIENTS = "/organization/v1/users/patients"
NAME = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}}
CLINIC: dict[str, Any] = {
    "templates": [
        {
            "entityType": "patient",
            "name": "cardio",
            "displayName": "Cardiology",
            "customAttributes": [{"name": "mrn", "displayName": "MRN", "type": "LABEL", "category": "REGULAR"}],
        },
        {"entityType": "device", "name": "pump", "displayName": "Pump"},
        {
            "entityType": "usage-session",
            "name": "infusion",
            "displayName": "Infusion",
            "parentTemplateId": "$device/pump",
        },
    ],
    "users": [
        {
            "type": "caregiver",
            "name": "nurse",
            "password": "Correct7horse",
            "body": {**NAME, "_email": "nurse@example.org", "_ownerOrganization": {"id": "$clinic"}},
        }
    ],
    "entities": [
        {
            "type": "usage-session",
            "template": "infusion",
            "body": {
                "_device": {"id": "$device"},
                "_state": "ACTIVE",
                "_startTime": "2024-01-01T23:00:00Z",
                "_ownerOrganization": {"id": "$clinic"},
            },
        },
        {
            "type": "device",
            "name": "device",
            "template": "pump",
            "body": {"_id": "pump-1", "_patient": {"id": "$ada"}, "_ownerOrganization": {"id": "$clinic"}},
        },
        {
            "type": "patient",
            "name": "ada",
            "template": "cardio",
            "body": {**NAME, "mrn": "$7", "_caregiver": {"id": "$nurse"}, "_ownerOrganization": {"id": "$clinic"}},
        },
        {
            "type": "patient-alert",
            "body": {"_name": "fever", "_patient": {"id": "$ada"}, "_ownerOrganization": {"id": "$clinic"}},
        },
        {"type": "organization", "name": "clinic", "body": {"_name": "Clinic", "_primaryAdministrator": NAME}},
    ],
}


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with quick_emulators():
        yield


@contextmanager
def filled(folder: Path | None, file: Path) -> Iterator[tuple[Client, bool]]:
    if folder:
        folder.mkdir(exist_ok=True)
    store = Store(folder)
    platform = build_platform(store, admin=ADMIN)
    try:
        was_filled = fill(platform, store, read_seed(file), ADMIN)
    except BaseException:
        platform.close()
        raise
    with Server(platform) as server:
        yield Client(server.url).log_in(*ADMIN), was_filled


def write(folder: Path, document: Any) -> Path:
    file = folder / "seed.json"
    file.write_text(json.dumps(document))
    return file


def test_everything_is_there_in_whatever_order_it_is_written(tmp_path: Path) -> None:
    with filled(None, write(tmp_path, CLINIC)) as (admin, was_filled):
        assert was_filled
        [patient] = admin.search(PATIENTS)
        # What begins with the sign of a reference, and is no id, is data.
        assert (patient["mrn"], patient["_template"]["name"]) == ("$7", "cardio")
        [session] = admin.search("/device/v1/devices/usage-sessions")
        assert (session["_device"]["id"], session["_template"]["name"]) == ("pump-1", "infusion")
        assert session["_patient"]["id"] == patient["_id"]
        [alert] = admin.search(f"{PATIENTS}/alerts")
        assert alert["_patient"]["id"] == patient["_id"]
        nurse = Client(admin.url).log_in("nurse@example.org", "Correct7horse")
        assert nurse.call("GET", "/organization/v1/users/self").body["_id"] == patient["_caregiver"]["id"]
        # Nobody has to accept an invitation any more.
        assert admin.call("GET", "/_emulator/outbox").body["data"] == []


@pytest.mark.parametrize(
    ("key", "item", "said"),
    [
        ("entities", {"type": "device", "body": {"_id": "pump-1"}}, "entities[1] is refused by the platform: 409"),
        (
            "entities",
            {"type": "patient", "body": {**NAME, "_dateOfBirth": 7}},
            "entities[5] is refused by the platform",
        ),
        ("entities", {"type": "patient", "template": "none", "body": NAME}, "entities[5] is refused by the platform"),
        (
            "entities",
            {"type": "device", "body": {"_patient": {"id": "$eve"}}},
            "entities[5] refers to $eve, which has no",
        ),
        ("entities", {"type": "patient-alert", "body": {"_name": "a"}}, "entities[5] belongs to nothing"),
        (
            "entities",
            {"type": "device", "name": "self", "body": {"_id": "x", "_patient": {"id": "$self"}}},
            "entities[5] refers to itself",
        ),
        (
            "users",
            {"type": "caregiver", "password": "Correct7horse", "body": NAME},
            "users[1] cannot log in",
        ),
        (
            "users",
            {"type": "caregiver", "password": "weak", "body": {**NAME, "_email": "b@example.org"}},
            "users[1] is refused by the platform: 400",
        ),
        (
            "users",
            {"type": "patient", "password": "Correct7horse", "body": {**NAME, "_email": "b@example.org"}},
            "users[1] cannot log in: give the body an _email, and patients _canLogin",
        ),
        ("templates", {"entityType": "robot", "name": "a", "displayName": "A"}, "templates[3] is refused"),
        ("templates", {"entityType": "patient", "name": "a", "ownerOrganizationId": "$x"}, "templates[3] refers to $x"),
    ],
)
def test_a_mistake_leaves_nothing_behind(tmp_path: Path, key: str, item: Any, said: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    store = Store(folder)
    build_platform(store, admin=ADMIN).close()
    before = _documents(folder)

    with pytest.raises(SeedInvalid) as refused, filled(folder, write(tmp_path, {**CLINIC, key: [*CLINIC[key], item]})):
        pass

    assert str(refused.value).startswith(said)
    assert "Correct7horse" not in str(refused.value)
    after = _documents(folder)
    # The administrator was logged in.
    assert {row for row in after ^ before if row[0] != "log-ins"} == {
        row for row in after ^ before if row[0] == "users" and ADMIN[0] in row[2]
    }


def _documents(folder: Path) -> set[tuple[str, str, str]]:
    connection = sqlite3.connect(folder / "platform.sqlite")
    try:
        return set(connection.execute("SELECT collection, id, json FROM documents"))
    finally:
        connection.close()


def test_a_state_is_filled_once(tmp_path: Path) -> None:
    file, folder = write(tmp_path, CLINIC), tmp_path / "data"
    with filled(folder, file) as (_, first):
        assert first
    with filled(folder, file) as (admin, again):
        assert not again
        assert len(admin.search(PATIENTS)) == 1
    other = write(tmp_path, {"entities": [{"type": "patient", "body": NAME}]})
    with pytest.raises(SeedInvalid, match="not what this state was filled with"), filled(folder, other):
        pass
    with filled(folder, write(tmp_path, CLINIC)) as (admin, _):
        assert len(admin.search(PATIENTS)) == 1


def test_a_reset_forgets_what_a_state_was_filled_with(tmp_path: Path) -> None:
    file, folder = write(tmp_path, CLINIC), tmp_path / "data"
    with filled(folder, file) as (admin, _):
        assert admin.call("POST", "/_emulator/reset").status_code == 204
    with filled(folder, file) as (admin, again):
        assert again
        assert len(admin.search(PATIENTS)) == 1


def test_the_example_of_the_documentation_fills_a_platform(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "trying.md").read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"```json[^\n]*\n(.*?)```", page, re.DOTALL) if '"entities"' in block]
    file = tmp_path / "seed.json"
    file.write_text(example)
    with filled(None, file) as (admin, was_filled):
        assert was_filled
        assert len(admin.search("/device/v1/devices/usage-sessions")) == 1
