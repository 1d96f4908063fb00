"""Subscriptions over the dispatcher's APIs: orders, conflicts, and what is refused with which code."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.client import Reply
from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS

INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"
PRE = {"type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}", "endpoint": "https://one.example.org"}


def refused(reply: Reply) -> tuple[int, str]:
    assert isinstance(reply.body, dict)
    assert {"code", "message", "serviceName", "traceId", "environment", "details"} <= set(reply.body)
    return reply.status_code, reply.body["code"]


def orders(emulator: Emulator) -> dict[str, int]:
    return {one["endpoint"]: one["executionOrder"] for one in emulator.search(INTERCEPTIONS)}


def test_a_newcomer_takes_the_order_and_the_others_move_on(emulator: Emulator) -> None:
    for name, order in (("a", 5), ("b", 6), ("c", 5)):
        wanted = {**PRE, "endpoint": f"https://{name}.example.org", "executionOrder": order}
        assert emulator.call("POST", f"{INTERCEPTIONS}/subscribe", json=wanted).status_code == 201
    assert orders(emulator) == {
        "https://c.example.org": 5,
        "https://a.example.org": 6,
        "https://b.example.org": 7,
    }


def test_an_interception_is_replaced_and_a_notification_conflicts(emulator: Emulator) -> None:
    for order in (3, 8):
        wanted = {**PRE, "executionOrder": order}
        assert emulator.call("POST", f"{INTERCEPTIONS}/subscribe", json=wanted).status_code == 201
    assert orders(emulator) == {PRE["endpoint"]: 8}
    wanted = {"entityTypeName": "patient", "actionName": "_create", "endpoint": "https://one.example.org"}
    assert emulator.call("POST", f"{NOTIFICATIONS}/subscribe", json=wanted).status_code == 201
    assert emulator.call("POST", f"{NOTIFICATIONS}/subscribe", json=wanted).status_code == 409
    assert emulator.call("POST", f"{NOTIFICATIONS}/unsubscribe", json=wanted).status_code == 204
    gone = emulator.call("POST", f"{NOTIFICATIONS}/unsubscribe", json=wanted)
    assert refused(gone) == (404, "SUBSCRIBER_NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        (INTERCEPTIONS, {"apiId": "POST/nobody/v1/knows"}, "INVALID_API_ID"),
        (NOTIFICATIONS, {"entityTypeName": "nobody", "actionName": "_create"}, "INVALID_ENTITY_TYPE_NAME"),
        (NOTIFICATIONS, {"entityTypeName": "patient", "actionName": "create"}, "INVALID_ACTION_NAME"),
    ],
)
def test_subscriptions_to_what_is_not_there_are_refused(
    emulator: Emulator, path: str, change: dict[str, Any], code: str
) -> None:
    assert refused(emulator.call("POST", f"{path}/subscribe", json={**PRE, **change})) == (400, code)


NO_URLS = [
    "nonsense",
    "ftp://one.example.org",
    "https://",
    "//one.example.org",
    "https://one.example.org:port/",
    "https://one example.org",
    "https://[one",
]


@pytest.mark.parametrize("endpoint", NO_URLS)
def test_only_a_url_can_be_subscribed(emulator: Emulator, endpoint: str) -> None:
    told = {"entityTypeName": "patient", "actionName": "_create"}
    for path, wanted in ((INTERCEPTIONS, PRE), (NOTIFICATIONS, told)):
        reply = emulator.call("POST", f"{path}/subscribe", json={**wanted, "endpoint": endpoint})
        assert refused(reply) == (400, "BAD_REQUEST")
        assert "[endpoint]" in reply.body["message"]
        assert emulator.search(path) == []


def test_an_order_beyond_the_highest_is_refused(emulator: Emulator) -> None:
    highest = 2**31 - 1
    for name, order in (("a", highest), ("b", highest - 1)):
        wanted = {**PRE, "endpoint": f"https://{name}.example.org", "executionOrder": order}
        assert emulator.call("POST", f"{INTERCEPTIONS}/subscribe", json=wanted).status_code == 201
    before = emulator.search(INTERCEPTIONS)
    for order in (highest + 1, highest, highest - 1):
        wanted = {**PRE, "endpoint": "https://c.example.org", "executionOrder": order}
        assert refused(emulator.call("POST", f"{INTERCEPTIONS}/subscribe", json=wanted)) == (400, "BAD_REQUEST")
        assert emulator.search(INTERCEPTIONS) == before
