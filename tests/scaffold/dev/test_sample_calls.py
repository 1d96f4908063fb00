"""The calls that `biot-plugin dev` prints, made."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from biot_emulator.client import Reply
from biot_emulator.services.dispatcher.notifiable_actions import NOTIFIABLE_ACTIONS
from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.testing import Emulator, running
from biot_plugin_cli.dev.sample_calls import sample_calls
from biot_plugin_cli.dev.sample_entities import Samples

pytestmark = pytest.mark.slow

API_IDS = [api_id for one in ENTITY_TYPES for api_id in one.apis]
ACTIONS = [(entity_type, action) for entity_type, actions in NOTIFIABLE_ACTIONS.items() for action in actions]
#: What nobody can do here whose token is the administrator's, or of what there is no sample.
OUT_OF_REACH = {
    "GET/organization/v1/users/patients/self",
    "GET/organization/v1/users/caregivers/self",
    "POST/device/v1/devices/{deviceId}/usage-sessions/{id}/remote-control/resume",
    "DELETE/device/v1/devices/{deviceId}/commands/{id}",
    "POST/device/v2/devices/{id}/certificate/activate",
}


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def emulator(served: Emulator) -> Emulator:
    """A new platform, as far as its entities go."""
    assert served.call("POST", "/_emulator/reset").status_code == 204
    return served


def printed(emulator: Emulator, interceptions: Sequence[Any] = (), notifications: Sequence[Any] = ()) -> str | None:
    plugin = {
        "name": "demo",
        "endpointUrl": f"{emulator.url}/",
        "subscriptions": {"interceptions": interceptions, "notifications": notifications},
    }
    first, direct = sample_calls(emulator.url, plugin, Samples(emulator))
    assert direct.hook == "DIRECT"
    return first.command


def make(emulator: Emulator, command: str) -> Reply:
    words = shlex.split(command.removeprefix("curl -s "))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    url = next(word for word in words if word.startswith(emulator.url))
    body = words[words.index("-d") + 1] if "-d" in words else None
    return emulator.call(method, url.removeprefix(emulator.url), json=None if body is None else json.loads(body))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("api_id", [*API_IDS, "GET/organization/v1/users/self"])
def test_a_printed_call_of_an_api_succeeds(emulator: Emulator, api_id: str) -> None:
    command = printed(emulator, [{"type": "PRE_REQUEST", "apiId": api_id}])
    assert (command is None) == (api_id in OUT_OF_REACH)
    if command:
        assert make(emulator, command).status_code < 300


def test_values_in_a_path_stay(emulator: Emulator) -> None:
    hook = "POST/organization/v1/users/caregivers/templates/nurse"
    command = printed(emulator, [{"type": "PRE_REQUEST", "apiId": hook}])
    assert command
    assert make(emulator, command).body["_template"]["name"] == "nurse"


@pytest.mark.parametrize("entity_type", [one.name for one in ENTITY_TYPES])
def test_a_printed_call_returns_entities_of_the_type(emulator: Emulator, entity_type: str) -> None:
    command = printed(emulator, [{"type": "ADAPT_ENTITY", "entityTypeName": entity_type}])
    assert command
    assert make(emulator, command).status_code == 200


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("entity_type", "action"), ACTIONS)
def test_a_printed_call_sets_a_notification_off_or_it_is_said_that_none_does(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, entity_type: str, action: str
) -> None:
    command = printed(emulator, notifications=[{"entityTypeName": entity_type, "actionName": action}])
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(EntityChanges, "record", lambda _, name, action, *__: told.append((name, action)))
    if command:
        assert make(emulator, command).status_code < 300
        assert (entity_type, action) in told
    else:
        assert action not in ("_create", "_update", "_delete") or entity_type in ("command", "registration-code")
