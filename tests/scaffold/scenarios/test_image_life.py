"""The life of an image plugin with nothing but what pip installs: the emulator is the platform and has the registry."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.deployments import SECOND, answer, configured, deploy, shown
from tests.scaffold.packages import Repository

pytestmark = [pytest.mark.slow]


@pytest.fixture
def image_plugin(plugin: Repository, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A plugin that is deployed as an image without a base, to the emulator."""
    for name, value in (("BASE_URL", emulator.url), ("USERNAME", emulator.username), ("PASSWORD", emulator.password)):
        monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
    configured(plugin, package="image")
    file = plugin.root / "pyproject.toml"
    file.write_text(file.read_text() + '\n[tool.biot-plugin.image]\nbase = "scratch"\n')
    return plugin


def test_an_image_is_deployed_changed_rolled_back_and_deleted(
    image_plugin: Repository, emulator: Emulator
) -> None:
    made = deploy(image_plugin)
    assert (made["action"], made["version"]) == ("create", 1)
    print(made["image"])
    print(shown(emulator))
    assert answer(emulator) == {"n": 1}
