"""A platform to call, and plugins that call it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_plugin import Plugin
from tests.framework.api_client.handlers import Run
from tests.framework.platform_server import (
    SECRET,
    SERVICE_ID,
    PlatformServer,
)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformServer]:
    server = PlatformServer()
    monkeypatch.setenv("BIOT_BASE_URL", server.base_url)
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", SERVICE_ID)
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", SECRET)
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", "false")
    yield server
    server.close()


@pytest.fixture
def plugin(platform: PlatformServer) -> Iterator[Plugin]:
    plugin = Plugin()
    yield plugin
    plugin.platform.close()


@pytest.fixture
def run(platform: PlatformServer) -> Iterator[Run]:
    run = Run()
    yield run
    run.plugin.platform.close()
