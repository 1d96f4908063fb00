"""A platform that trusts an authority of its own, as the commands do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_emulator.testing import Emulator, running
from tests.scaffold.own_url.https import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def emulator(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with running(ca_file=authority.file) as emulator:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", emulator.url)
        monkeypatch.setenv("BIOT_PLUGIN_USERNAME", emulator.username)
        monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", emulator.password)
        yield emulator
