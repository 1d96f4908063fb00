"""Files that fill a platform: what is not understood is refused, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.seed.document import read_seed
from biot_emulator.seed.errors import SeedInvalid

PATIENT = {"type": "patient", "body": {"_name": {"firstName": "Ada", "lastName": "Lovelace"}}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is no object"),
        ("[" * 100_000, "it is not JSON"),
        ({"patients": []}, "it has the unknown key 'patients': use templates, users, entities"),
        ({"entities": {}}, "entities is no list"),
        ({"entities": [7]}, "entities[0] is no object"),
        ({"entities": [PATIENT, {**PATIENT, "id": "7"}]}, "entities[1] has the unknown key 'id'"),
        ({"entities": [{**PATIENT, "password": "x"}]}, "entities[0] has the unknown key 'password'"),
        ({"entities": [{"type": "robot"}]}, "entities[0] has no known type: use one of organization, "),
        ({"entities": [{"type": ["patient"]}]}, "entities[0] has no known type"),
        ({"entities": [{**PATIENT, "body": []}]}, "entities[0] has an invalid body"),
        ({"entities": [{**PATIENT, "name": 7}]}, "entities[0] has an invalid name"),
        ({"entities": [{**PATIENT, "template": ""}]}, "entities[0] has an invalid template"),
        ({"users": [PATIENT]}, "users[0] has no password"),
        (
            {"users": [{"type": "device", "password": "x"}]},
            "users[0] has no known type: use one of organization-user, ",
        ),
        ({"templates": [{"name": "a"}]}, "templates[0] has no entityType"),
        ({"templates": ["a"]}, "templates[0] is no object"),
        (
            {"users": [{**PATIENT, "password": "x", "name": "a"}], "entities": [{**PATIENT, "name": "a"}]},
            "entities[0] has the name 'a' of users[0]",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path: Path, content: Any, said: str) -> None:
    file = tmp_path / "seed.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))

    with pytest.raises(SeedInvalid) as refused:
        read_seed(file)

    assert str(refused.value).startswith(f"{file}: {said}")
    assert "\n" not in str(refused.value)


def test_toml_says_the_same_as_json(tmp_path: Path) -> None:
    toml = tmp_path / "seed.toml"
    toml.write_text('[[entities]]\ntype = "patient"\nbody = { _name = { firstName = "Ada", lastName = "Lovelace" } }\n')

    [item] = read_seed(toml).items

    assert (item.entity_type.name, item.body, item.place) == ("patient", PATIENT["body"], "entities[0]")


@pytest.mark.parametrize("name", ["seed.json", "seed.toml"])
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    text = json.dumps({"entities": [PATIENT]}) if name.endswith("json") else "[[entities]]\ntype = 'patient'\n"
    file.write_text(text, encoding="utf-8-sig")

    assert len(read_seed(file).items) == 1


def test_a_date_of_toml_has_no_json(tmp_path: Path) -> None:
    file = tmp_path / "seed.toml"
    file.write_text('[[entities]]\ntype = "patient"\nbody = { _dateOfBirth = 1985-12-10 }\n')

    with pytest.raises(SeedInvalid, match="it is not TOML with the values of JSON"):
        read_seed(file)


@pytest.mark.parametrize("name", ["seed.json", "seed.toml"])
def test_a_file_that_is_nested_too_deeply_is_said(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(("entities = " if name.endswith("toml") else "") + "[" * 100_000)

    with pytest.raises(SeedInvalid, match="it is nested too deeply"):
        read_seed(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedInvalid, match=r"none\.json: it cannot be read"):
        read_seed(tmp_path / "none.json")
