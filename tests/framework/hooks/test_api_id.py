from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import (
    Plugin,
    RegistrationError,
)
from biot_plugin.hooks.api_id import ApiId, ApiTable
from biot_plugin.testing import Client


@pytest.mark.parametrize(
    ("api_id", "reason"),
    [
        ("POST /organization/v1/users/patients", "without a space"),
        ("POST/organization/v1/users/ patients", "without a space"),
        ("/organization/v1/users/patients", "must start with one of GET"),
        ("FETCH/organization/v1/users/patients", "must start with one of GET"),
        ("post/organization/v1/users/patients", "must start with one of GET"),
        ("POST", "path is missing"),
        ("POST/", "path is missing"),
        ("POST//organization", "empty segment"),
        ("POST/organization/", "empty segment"),
        ("GET/organization/v1/users/patients?limit=1", "an API id has no query"),
        ("GET/organization/{id", "neither a value nor a variable"),
        ("", "must start with one of GET"),
    ],
)
def test_an_impossible_api_id_is_refused(plugin: Plugin, api_id: str, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason) as error:
        plugin.pre_request(api_id)(lambda event: None)
    assert __file__ in str(error.value)


CAREGIVERS = "POST/organization/v1/users/caregivers/templates"
ALERT: Literal["GET/device/v1/devices/{deviceId}/alerts/{id}"] = "GET/device/v1/devices/{deviceId}/alerts/{id}"


@pytest.mark.parametrize(
    ("values", "api_id"),
    [
        ({"deviceId": "A"}, "GET/device/v1/devices/A/alerts/{id}"),
        ({"deviceId": "A", "id": "7"}, "GET/device/v1/devices/A/alerts/7"),
        ({}, ALERT),
    ],
)
def test_path_variables_can_have_values(plugin: Plugin, values: dict[str, str], api_id: str) -> None:
    plugin.post_request(ALERT, path_variables=values)(lambda event: None)
    assert plugin.subscriptions()["interceptions"] == [{"type": "POST_REQUEST", "apiId": api_id}]


@pytest.mark.parametrize(
    ("api_id", "values", "reason"),
    [
        (ALERT, {"device": "A"}, "has no path variable 'device', but deviceId, id"),
        (f"{CAREGIVERS}", {"templateName": "nurse"}, "has no path variable 'templateName', but none at all"),
        (ALERT, {"id": ""}, "'' cannot be the path variable 'id': write one part of a path"),
        (ALERT, {"id": "a/b"}, "'a/b' cannot be the path variable 'id'"),
        (ALERT, {"id": "{id}"}, "'{id}' cannot be the path variable 'id'"),
    ],
)
def test_values_of_path_variables_are_checked(plugin: Plugin, api_id: str, values: dict[str, str], reason: str) -> None:
    with pytest.raises(RegistrationError, match=re.escape(reason)):
        plugin.pre_request(api_id, path_variables=values)(lambda event: None)


def test_a_hook_has_one_handler_however_its_values_are_written(plugin: Plugin) -> None:
    plugin.pre_request(f"{CAREGIVERS}/nurse")(lambda event: None)
    with pytest.raises(RegistrationError, match="has two handlers"):
        plugin.pre_request(
            "POST/organization/v1/users/caregivers/templates/{templateName}",
            path_variables={"templateName": "nurse"},
        )(lambda event: None)


@pytest.fixture
def scoped(plugin: Plugin) -> tuple[Client, list[str]]:
    called: list[str] = []
    plugin.pre_request(f"{CAREGIVERS}/{{templateName}}")(lambda event: called.append("any"))
    plugin.pre_request(f"{CAREGIVERS}/nurse")(lambda event: called.append("nurse"))
    plugin.pre_request(ALERT)(lambda event: called.append("any alert"))
    plugin.pre_request(ALERT, path_variables={"deviceId": "A"})(lambda event: called.append("device A"))
    plugin.pre_request(ALERT, path_variables={"id": "7"})(lambda event: called.append("alert 7"))
    return Client(plugin), called


@pytest.mark.parametrize(
    ("api_id", "variables", "handler"),
    [
        (f"{CAREGIVERS}/{{templateName}}", {"templateName": "nurse"}, "nurse"),
        (f"{CAREGIVERS}/{{templateName}}", {"templateName": "doctor"}, "any"),
        (f"{CAREGIVERS}/{{name}}", {"name": "nurse"}, "nurse"),
        (f"{CAREGIVERS}/nurse", {}, "nurse"),
        ("GET/device/v1/devices/{deviceId}/alerts/{id}", {"deviceId": "B", "id": "1"}, "any alert"),
        ("GET/device/v1/devices/{deviceId}/alerts/{id}", {"deviceId": "A", "id": "1"}, "device A"),
        ("GET/device/v1/devices/{deviceId}/alerts/{id}", {"deviceId": "B", "id": "7"}, "alert 7"),
        ("GET/device/v1/devices/{deviceId}/alerts/{id}", {"deviceId": "A", "id": "7"}, "device A"),
    ],
)
def test_the_most_specific_handler_wins(
    scoped: tuple[Client, list[str]], api_id: str, variables: dict[str, str], handler: str
) -> None:
    client, called = scoped
    assert client.pre_request(api_id, path_variables=variables).status_code == 200
    assert called == [handler]


def test_a_value_is_taken_from_the_path_where_the_variables_lack_it(scoped: tuple[Client, list[str]]) -> None:
    client, called = scoped
    path = "/organization/v1/users/caregivers/templates/nurse"
    client.pre_request(f"{CAREGIVERS}/{{templateName}}", fields={"request": {"path": path}})
    assert called == ["nurse"]


methods = st.sampled_from(["GET", "POST"])
segments = st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=4).map(tuple)
ids = st.builds(ApiId, methods, segments)


@given(ids=st.lists(ids, max_size=12), method=methods, values=segments)
@settings(deadline=None)
def test_the_most_specific_id_is_found(ids: list[ApiId], method: str, values: tuple[str | None, ...]) -> None:
    table = ApiTable()
    for each in ids:
        handler: Any = each
        table.add(each, handler)
    found: Any = table.find(method, values)
    matching = [each for each in ids if each.matches(method, values)]
    best = max(matching, key=lambda each: each.specificity, default=None)
    assert (found and found.key) == (best and best.key)


def test_a_call_is_not_compared_with_every_handler(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    for number in range(50):
        plugin.pre_request(f"POST/organization/v1/other/{number}")(lambda _event: None)
    plugin.pre_request("GET/organization/v1/users/patients/{id}")(lambda _event: called.append("any"))
    plugin.pre_request("GET/organization/v1/users/patients/{id}", path_variables={"id": "7"})(
        lambda _event: called.append("7")
    )
    monkeypatch.setattr(ApiId, "matches", None)
    client = Client(plugin)
    for id in ("7", "8"):
        client.pre_request("GET/organization/v1/users/patients/{id}", path_variables={"id": id})
    assert called == ["7", "any"]
    assert client.pre_request("GET/organization/v1/elsewhere").status_code == 500
