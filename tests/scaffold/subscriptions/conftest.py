"""The platform, with a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.platform.client import PlatformClient
from tests.scaffold.subscriptions.dispatcher import client_of


@pytest.fixture
def client(emulator: Emulator) -> Iterator[PlatformClient]:
    client = client_of(emulator)
    yield client
    client.close()
