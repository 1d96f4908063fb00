from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import (
    Plugin,
    PreRequest,
    RegistrationError,
)
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"


def test_two_handlers_for_one_hook_are_refused_with_both_places(plugin: Plugin) -> None:
    def first(event: PreRequest) -> None: ...

    def second(event: PreRequest) -> None: ...

    plugin.pre_request("GET/organization/v1/users/patients/{id}")(first)
    same_with_another_name = "/".join(["GET/organization/v1/users/patients", "{patientId}"])
    with pytest.raises(RegistrationError) as error:
        plugin.pre_request(same_with_another_name)(second)
    for function in (first, second):
        assert f"{function.__qualname__} ({__file__}:{function.__code__.co_firstlineno})" in str(error.value)


@pytest.mark.parametrize(
    "register",
    [
        lambda plugin: plugin.post_request(PATIENTS),
        lambda plugin: plugin.adapt_entity("patient"),
        lambda plugin: plugin.notification("patient", "_create"),
        lambda plugin: plugin.scheduled("0 6 * * ? *"),
        lambda plugin: plugin.endpoint(),
    ],
)
def test_every_kind_of_hook_has_one_handler(plugin: Plugin, register: Callable[[Plugin], Any]) -> None:
    register(plugin)(lambda event: None)
    with pytest.raises(RegistrationError, match="has two handlers"):
        register(plugin)(lambda event: None)


def test_an_endpoint_and_a_mounted_resolver_exclude_each_other(plugin: Plugin) -> None:
    plugin.mount(lambda event, context: {"statusCode": 200})
    with pytest.raises(RegistrationError, match="has two handlers"):
        plugin.endpoint()(lambda event: None)


CAREGIVERS = "POST/organization/v1/users/caregivers/templates"


def test_an_event_without_a_handler_fails_and_lists_what_there_is(plugin: Plugin) -> None:
    plugin.pre_request(f"{CAREGIVERS}/nurse")(lambda event: None)
    plugin.adapt_entity("patient")(lambda event: None)
    client = Client(plugin)
    doctor = client.pre_request(f"{CAREGIVERS}/{{templateName}}", path_variables={"templateName": "doctor"})
    for reply in (doctor, client.post_request(PATIENTS), client.adapt_entity("device"), client.scheduled()):
        assert reply.error is not None
        assert (reply.status_code, reply.error.code) == (500, "NO_HANDLER")
        assert reply.error.details == {"registered": [f"PRE_REQUEST {CAREGIVERS}/nurse", "ADAPT_ENTITY patient"]}
    assert doctor.error is not None
    assert f"PRE_REQUEST {CAREGIVERS}/{{templateName}}" in doctor.error.message


@pytest.mark.parametrize("path", [None, 7])
def test_the_handler_of_a_response_is_found_without_the_path_of_its_request(plugin: Plugin, path: object) -> None:
    for api_id in (PATIENTS, f"{PATIENTS}/{{id}}", f"{CAREGIVERS}/{{templateName}}"):
        plugin.post_request(api_id)(lambda event: None)
    client = Client(plugin)
    reply = client.post_request(f"{PATIENTS}/{{id}}", fields={"request": {"path": path}})
    assert reply.status_code == 200
    other = client.post_request("GET/organization/v1/users/patients", fields={"request": {"path": path}})
    assert other.error is not None
    assert other.error.code == "NO_HANDLER"
