from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.plugins import MANIFEST

ENVIRONMENTS = """
[tool.biot-plugin.env.staging]
base-url = "https://api.staging.biot-med.com/"

[tool.biot-plugin.env.empty]
"""


def _load(folder: Path, environment: str | None = None, text: str = ENVIRONMENTS) -> Plugin:
    (folder / "pyproject.toml").write_text(MANIFEST + text, encoding="utf-8")
    return Plugin.load(folder, environment)


def test_the_platforms_address_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)

    assert _load(tmp_path, "staging").base_url == "https://api.staging.biot-med.com"
    assert _load(tmp_path, "empty").base_url is None
    assert _load(tmp_path).base_url is None


def test_the_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", "http://127.0.0.1:8787/")

    assert _load(tmp_path, "staging").base_url == "http://127.0.0.1:8787"
    assert _load(tmp_path).base_url == "http://127.0.0.1:8787"


def test_a_variable_that_is_no_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", "http://api.example.com")
    plugin = _load(tmp_path, "staging")

    with pytest.raises(UsageError, match="BIOT_PLUGIN_BASE_URL"):
        _ = plugin.base_url


def test_an_address_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)
    text = '[tool.biot-plugin.env.staging]\nbase-url = "somewhere"\n'

    with pytest.raises(InvalidPlugin, match=r"'base-url' of \[tool.biot-plugin.env.staging\] is 'somewhere'"):
        _load(tmp_path, "staging", text)
