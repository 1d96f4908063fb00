"""What becomes of a plugin's subscriptions when it, or somebody else, changes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_emulator.client import Reply
from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS, interception

PLUGINS = "/settings/v2/plugins"
INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"
PRE = interception("PRE_REQUEST", f"POST{PATIENTS}")
TOLD = {"entityTypeName": "patient", "actionName": "_create"}
IMAGE = {"deploymentPackageType": "IMAGE", "imageTag": "1"}


def create(emulator: Emulator, name: str, **subscriptions: Any) -> Reply:
    emulator.push_image({}, tag=IMAGE["imageTag"])
    config = {"name": name, "displayName": name, "version": 1, **IMAGE, "subscriptions": subscriptions}
    return emulator.call("POST", PLUGINS, form={"config": json.dumps(config).encode()})


def patch(emulator: Emulator, name: str, **subscriptions: Any) -> Reply:
    config = json.dumps({"subscriptions": subscriptions}).encode()
    return emulator.call("PATCH", f"{PLUGINS}/Plugin-{name}", form={"config": config})


def places(emulator: Emulator) -> dict[str, int]:
    """The order of each plugin's one interception, by the plugin's name."""
    names = {plugin["endpointUrl"]: plugin["name"] for plugin in emulator.search(PLUGINS)}
    return {names[one["endpoint"]]: one["executionOrder"] for one in emulator.search(INTERCEPTIONS)}


@pytest.mark.parametrize(
    "change",
    [
        {"notifications": [TOLD]},
        {"interceptions": [PRE]},
        {"interceptions": [{**PRE, "order": 1}]},
        {"interceptionOrder": 1},
        {"interceptions": [PRE, interception("ADAPT_ENTITY", "device")], "notifications": []},
    ],
)
def test_nobodys_place_changes_where_nobody_asks_for_another(emulator: Emulator, change: dict[str, Any]) -> None:
    for name in ("a", "b"):
        create(emulator, name, interceptions=[PRE])
    before = emulator.search(INTERCEPTIONS)
    assert places(emulator) == {"a": 2, "b": 1}
    assert patch(emulator, "a", **change).status_code == 200
    assert [one for one in emulator.search(INTERCEPTIONS) if one["type"] == "PRE_REQUEST"] == before


def test_who_asks_for_another_place_gets_it(emulator: Emulator) -> None:
    for name in ("a", "b"):
        create(emulator, name, interceptions=[PRE])
    assert patch(emulator, "a", interceptionOrder=5).status_code == 200
    assert places(emulator) == {"a": 5, "b": 1}
    assert patch(emulator, "a", interceptions=[{**PRE, "order": 1}]).status_code == 200
    assert places(emulator) == {"a": 1, "b": 2}


def test_what_somebody_took_away_is_away_already(emulator: Emulator) -> None:
    made = create(emulator, "a", interceptions=[PRE], notifications=[TOLD]).body
    [service] = emulator.search("/ums/v2/services")
    at = {"endpoint": made["endpointUrl"]}
    assert emulator.call("POST", f"{NOTIFICATIONS}/unsubscribe", json={**TOLD, **at}).status_code == 204
    assert emulator.call("POST", f"{INTERCEPTIONS}/unsubscribe", json={**PRE, **at}).status_code == 204
    assert emulator.call("DELETE", f"/ums/v2/services/{service['id']}").status_code == 204
    assert patch(emulator, "a", interceptions=[], notifications=[]).status_code == 200
    assert emulator.call("DELETE", f"{PLUGINS}/Plugin-a").status_code == 204
    assert emulator.search(PLUGINS) == []
    assert create(emulator, "a").status_code == 201


def test_what_somebody_subscribed_by_hand_is_there_already(emulator: Emulator) -> None:
    at = {"endpoint": create(emulator, "a").body["endpointUrl"]}
    assert emulator.call("POST", f"{NOTIFICATIONS}/subscribe", json={**TOLD, **at}).status_code == 201
    assert emulator.call("POST", f"{INTERCEPTIONS}/subscribe", json={**PRE, **at}).status_code == 201
    before = emulator.search(NOTIFICATIONS)
    assert patch(emulator, "a", interceptions=[PRE], notifications=[TOLD]).status_code == 200
    assert emulator.search(NOTIFICATIONS) == before
    assert places(emulator) == {"a": 1}


def test_a_list_that_is_sent_again_brings_back_what_somebody_took_away(emulator: Emulator) -> None:
    at = {
        "endpoint": create(emulator, "a", interceptions=[{**PRE, "order": 4}], notifications=[TOLD]).body["endpointUrl"]
    }
    emulator.call("POST", f"{NOTIFICATIONS}/unsubscribe", json={**TOLD, **at})
    emulator.call("POST", f"{INTERCEPTIONS}/unsubscribe", json={**PRE, **at})
    assert patch(emulator, "a", interceptions=[{**PRE, "order": 4}]).status_code == 200
    assert places(emulator) == {"a": 4}
    assert emulator.search(NOTIFICATIONS) == []
    assert patch(emulator, "a", notifications=[TOLD]).status_code == 200
    assert len(emulator.search(NOTIFICATIONS)) == 1


@pytest.mark.parametrize("variable", ["{foo}", "{id", "id}", "{Id}"])
def test_a_misspelt_variable_is_no_api(emulator: Emulator, variable: str) -> None:
    api_id = f"GET{PATIENTS}/{variable}"
    reply = create(emulator, "a", interceptions=[interception("PRE_REQUEST", api_id)])
    assert (reply.status_code, reply.body["code"]) == (404, "INTERCEPTION_CONFIGURATION_NOT_FOUND")
    assert reply.body["details"] == {"value": api_id, "fieldName": "apiId"}
    wanted = {"type": "PRE_REQUEST", "apiId": api_id, "endpoint": "https://one.example.org"}
    reply = emulator.call("POST", f"{INTERCEPTIONS}/subscribe", json=wanted)
    assert (reply.status_code, reply.body["code"]) == (400, "INVALID_API_ID")
    assert emulator.search(INTERCEPTIONS) == []


def test_every_api_that_is_listed_can_be_intercepted_as_it_is_written(emulator: Emulator) -> None:
    listed = {one["apiId"] for one in emulator.search("/settings/v1/interceptions", {"limit": 1000}) if "apiId" in one}
    hooks = [interception("PRE_REQUEST", api_id) for api_id in sorted(listed)]
    assert create(emulator, "a", interceptions=hooks).status_code == 201
    found = emulator.search(INTERCEPTIONS, {"limit": 1000})
    assert {one["apiId"] for one in found} == listed
    assert not any(one.get("pathFilters") for one in found)


def test_a_value_in_a_variables_place_is_a_filter(emulator: Emulator) -> None:
    create(emulator, "a", interceptions=[interception("PRE_REQUEST", f"POST{PATIENTS}/templates/nurse")])
    [found] = emulator.search(INTERCEPTIONS)
    assert found["apiId"] == f"POST{PATIENTS}/templates/{{templateName}}"
    assert found["pathFilters"] == {"templateName": "nurse"}
