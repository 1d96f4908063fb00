"""The platform's dispatcher, as tests of subscriptions use it."""

from __future__ import annotations

from typing import Any

from biot_emulator.testing import Emulator
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials

__all__ = ["ADAPT", "CREATE", "NOTIFY", "PRE", "URL", "client_of", "registered", "subscribe"]

URL = "https://plugin.example.org/"
CREATE = "POST/organization/v1/users/patients"
PRE = {"type": "PRE_REQUEST", "apiId": CREATE}
ADAPT = {"type": "ADAPT_ENTITY", "entityTypeName": "patient"}
NOTIFY = {"entityTypeName": "patient", "actionName": "_create"}


def client_of(emulator: Emulator) -> PlatformClient:
    return PlatformClient(emulator.url, lambda: Credentials(False, emulator.username, emulator.password))


def registered(emulator: Emulator, kind: str = "interceptions") -> list[dict[str, Any]]:
    """What the dispatcher has, the oldest first."""
    reply = emulator.call("GET", f"/dispatcher/v1/hooks/{kind}")
    documents: list[dict[str, Any]] = reply.body["data"]
    return documents[::-1]


def subscribe(emulator: Emulator, endpoint: str, kind: str = "interceptions", **hook: Any) -> None:
    body = {"endpoint": endpoint, **hook}
    assert emulator.call("POST", f"/dispatcher/v1/hooks/{kind}/subscribe", json=body).status_code == 201
