"""How long API calls may take."""

from __future__ import annotations

from typing import Any

from biot_plugin import Plugin
from biot_plugin.testing import events
from tests.framework.api_client.handlers import API


def test_without_lambdas_context_there_is_the_default_timeout(plugin: Plugin) -> None:
    seconds: list[float] = []

    @plugin.pre_request(API)
    def handle(event: Any) -> None:
        seconds.append(event.biot.seconds_left)

    no_context: Any = None
    assert plugin.handler(events.pre_request(API), no_context)["statusCode"] == 200
    assert seconds == [30.0]
