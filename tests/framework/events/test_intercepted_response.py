from __future__ import annotations

from typing import Any

import pytest

from biot_plugin import AdaptEntity, Plugin, PostRequest
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"


@pytest.mark.parametrize(
    ("came", "number", "changed"),
    [
        ("OK", 200, "ACCEPTED"),
        ("200 OK", 200, "202 ACCEPTED"),
        ("201 CREATED", 201, "202 ACCEPTED"),
        ("200", 200, "202"),
        (200, 200, 202),
        ("MOVED_TEMPORARILY", 302, "ACCEPTED"),
        ("201", 201, "202"),
    ],
)
def test_a_status_is_a_number_that_is_written_back_in_its_own_form(
    plugin: Plugin, came: Any, number: int, changed: Any
) -> None:
    seen = []

    @plugin.post_request(PATIENTS)
    def keep(event: PostRequest) -> None:
        seen.append(event.response.status_code)
        event.response.status_code = event.response.status_code

    @plugin.adapt_entity("patient")
    def change(event: AdaptEntity) -> None:
        event.response.status_code = 202

    client = Client(plugin)
    assert client.post_request(PATIENTS, status=came).response.status == came
    assert client.adapt_entity("patient", status=came).response.status == changed
    assert seen == [number]


def test_a_status_that_no_platform_knows_is_an_error(plugin: Plugin) -> None:
    @plugin.post_request(PATIENTS)
    def change(event: PostRequest) -> None:
        event.response.status_code = 299

    assert Client(plugin).post_request(PATIENTS).status_code == 500


def test_an_unreadable_status_is_passed_on_but_cannot_be_read(plugin: Plugin) -> None:
    plugin.post_request(PATIENTS)(lambda event: None)

    @plugin.adapt_entity("patient")
    def read(event: AdaptEntity) -> None:
        assert event.response.status_code

    client = Client(plugin)
    assert client.post_request(PATIENTS, status="SOMETHING_NEW").response.status == "SOMETHING_NEW"
    reply = client.adapt_entity("patient", status="SOMETHING_NEW")
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "NO_DATA")
