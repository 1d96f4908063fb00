"""A plugin outside of the platform, as an ASGI application, which the platform calls and which calls the platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from biot_emulator.testing import Emulator, running
from biot_plugin import AdaptEntity, Notification, Plugin, PostRequest, PreRequest, Reject
from tests.emulator.conftest import ADA, PATIENTS
from tests.outside_lambda.servers import SERVERS

SERVICES = "/ums/v2/services"
INTERCEPTIONS, NOTIFICATIONS = (f"/dispatcher/v1/hooks/{kind}/subscribe" for kind in ("interceptions", "notifications"))
CREATE = f"POST{PATIENTS}"
TRACE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def plugin(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Plugin:
    """A plugin with a service user of its own, and a handler for each kind of hook."""
    account = {"roleId": str(UUID(int=2)), "type": "EXTERNAL_SERVICE", "name": "outside"}
    user = emulator.call("POST", SERVICES, json=account).body
    monkeypatch.setenv("BIOT_BASE_URL", emulator.url)
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", user["id"])
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", user["secretKeyData"]["secretKey"])
    plugin = Plugin()

    @plugin.pre_request(CREATE)
    async def check(event: PreRequest) -> None:
        if event.body["_name"]["firstName"] == "Eve":
            raise Reject(409, "KNOWN_ALREADY", "There is such a patient")
        event.body["checked"] = True

    @plugin.adapt_entity("patient")
    def adapt(event: AdaptEntity) -> None:
        for patient in event.entities:
            patient["adapted"] = True

    @plugin.post_request(CREATE)
    def answer(event: PostRequest) -> None:
        event.response.body["trace"] = event.trace_id

    @plugin.notification("patient", "_create")
    def mark(event: Notification) -> None:
        event.biot.patch(f"{PATIENTS}/{event.entity['_id']}", json={"marked": event.trace_id})

    return plugin


def subscribe(emulator: Emulator, endpoint: str) -> None:
    for hook in (
        {"type": "PRE_REQUEST", "apiId": CREATE},
        {"type": "ADAPT_ENTITY", "entityName": "patient"},
        {"type": "POST_REQUEST", "apiId": CREATE},
    ):
        assert emulator.call("POST", INTERCEPTIONS, json={**hook, "endpoint": endpoint}).status_code == 201
    body = {"entityTypeName": "patient", "actionName": "_create", "endpoint": endpoint}
    assert emulator.call("POST", NOTIFICATIONS, json=body).status_code == 201


def create(emulator: Emulator, first_name: str = "Ada") -> Any:
    body = {**ADA, "_name": {"firstName": first_name, "lastName": "L"}}
    return emulator.call("POST", PATIENTS, json=body, headers={"traceparent": f"00-{TRACE}-0123456789abcdef-01"})


@pytest.mark.parametrize("server", SERVERS)
def test_the_platform_and_the_plugin_call_each_other(emulator: Emulator, plugin: Plugin, server: str) -> None:
    with SERVERS[server](plugin.asgi()) as port:
        subscribe(emulator, f"http://127.0.0.1:{port}")
        made = create(emulator)
        assert made.status_code == 201
        assert made.body.items() >= {"checked": True, "adapted": True, "trace": TRACE}.items()
        assert emulator.wait_for_notifications()
        patient = emulator.call("GET", f"{PATIENTS}/{made.body['_id']}").body
        assert patient.items() >= {"marked": TRACE, "adapted": True}.items()
        refused = create(emulator, "Eve")
        assert (refused.status_code, refused.body["code"]) == (409, "KNOWN_ALREADY")
    assert create(emulator).status_code == 502  # The server has ended.
