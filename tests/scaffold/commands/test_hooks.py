"""`biot-plugin hooks` through its command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator import interceptable
from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.testing import Emulator, running
from tests.scaffold.support import Program

PATIENT = "GET/organization/v1/users/patients/{id}"


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def online(shared: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Emulator:
    """A platform that the variables name; the folder is in no plugin."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("BASE_URL", shared.url), ("USERNAME", shared.username), ("PASSWORD", shared.password)):
        monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
    return shared


def test_everything_is_shown_for_people(biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = biot_plugin("hooks").out
    lines = [line.split() for line in said.splitlines()]
    assert [PATIENT, "patient", "id"] in lines
    assert ["adapt-entity"] in lines
    assert any(line[:1] == ["registration-code"] and line[1] == "_create," for line in lines)
    assert 'path_variables={"templateName": "VALUE"}' in said
    assert "scheduled, at the times of a cron expression" in said


def test_words_select(biot_plugin: Program) -> None:
    document = biot_plugin("hooks", "read", "patients", "{id}", "--json").document
    assert document == {
        "source": "published",
        "apis": [
            {
                "apiId": PATIENT,
                "entityType": "patient",
                "pathVariables": ["id"],
                "kinds": ["pre-request", "post-request"],
            },
            {
                "apiId": "GET/organization/v1/users/patients/{patientId}/alerts/{id}",
                "entityType": "patient-alert",
                "pathVariables": ["patientId", "id"],
                "kinds": ["pre-request", "post-request"],
            },
        ],
        "entityTypes": [],
        "notifications": [],
        "templates": [],
    }


def test_a_misspelt_word_is_said_to_be_one(biot_plugin: Program) -> None:
    done = biot_plugin("hooks", "pateint", "--json")
    assert done.exit_code == 0
    assert "Nothing matches 'pateint'; this is what 'patient' matches:" in done.err
    assert done.document["entityTypes"] == ["patient", "patient-alert"]


def test_nothing_is_an_error(biot_plugin: Program) -> None:
    done = biot_plugin("hooks", "zzzz", "--json")
    assert done.exit_code == 1
    assert "Nothing in the published list matches 'zzzz': biot-plugin hooks shows all of it" in done.err
    assert done.document["exitCode"] == 1


def test_a_platform_that_offers_what_is_published(biot_plugin: Program, online: Emulator) -> None:
    done = biot_plugin("hooks", "--online")
    assert done.exit_code == 0, done.err
    assert "The platform offers exactly what is published." in done.out


def test_a_platform_that_differs_and_has_templates(
    biot_plugin: Program, online: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = interceptable.published_interceptions()
    monkeypatch.setattr(interceptable, "published_interceptions", lambda: published)
    listed = InterceptableApis.listed
    new = {"apiId": "GET/new/v1/things", "entityTypeName": "thing", "servicePrefix": "/new"}
    monkeypatch.setattr(
        InterceptableApis,
        "listed",
        lambda apis: [item for item in listed(apis) if item.get("apiId") != PATIENT] + [new],
    )
    body = {"entityType": "caregiver", "name": "nurse", "displayName": "Nurse"}
    online.call("POST", "/settings/v1/templates", json=body)

    document = biot_plugin("hooks", "--online", "--json").document
    assert document["source"] == "platform"
    assert document["differences"] == {"onlyOnline": ["GET/new/v1/things"], "onlyPublished": [PATIENT]}
    [names] = [item["names"] for item in document["templates"] if item["entityType"] == "caregiver"]
    assert "nurse" in names
    said = biot_plugin("hooks", "--online", "things").out
    assert "only on this platform:\n  GET/new/v1/things" in said
    assert f"published, and not on this platform:\n  {PATIENT}" in said

    # What only the platform offers can be written, if it is asked.
    assert biot_plugin("event", "pre-request", "--api-id", "GET/new/v1/things").exit_code == 2
    event = biot_plugin("event", "pre-request", "--api-id", "GET/new/v1/things", "--online").document
    assert event["body"]["entityName"] == "thing"


def test_an_environment_is_that_of_a_platform(biot_plugin: Program) -> None:
    done = biot_plugin("hooks", "--env", "test")
    assert done.exit_code == 2
    assert "add --online" in done.err


def test_without_an_address_nobody_can_be_asked(
    biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)
    done = biot_plugin("hooks", "--online")
    assert done.exit_code == 4
    assert "pyproject.toml" in done.err
