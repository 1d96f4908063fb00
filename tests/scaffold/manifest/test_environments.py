from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.plugins import MANIFEST

ENVIRONMENTS = """
environment = { LEVEL = "info", REGION_NAME = "eu" }
cors = { allow-origins = ["*"], allow-methods = ["GET"] }

[tool.biot-plugin.env.staging]
base-url = "https://api.staging.biot-med.com/"
display-name = "Demo (staging)"
memory-size = 512
environment = { LEVEL = "debug" }
cors = { allow-methods = ["GET", "POST"] }

[tool.biot-plugin.env.empty]
"""


def _load(folder: Path, environment: str | None = None, text: str = ENVIRONMENTS) -> Plugin:
    (folder / "pyproject.toml").write_text(MANIFEST + text, encoding="utf-8")
    return Plugin.load(folder, environment)


def test_an_environment_says_what_is_different_there(tmp_path: Path) -> None:
    manifest = _load(tmp_path).manifest
    plugin = _load(tmp_path, "staging")
    staging = plugin.manifest

    assert (staging.display_name, staging.memory_size, staging.name) == ("Demo (staging)", 512, "demo")
    assert staging.environment == {"LEVEL": "debug", "REGION_NAME": "eu"}
    assert staging.cors == {"allow-origins": ["*"], "allow-methods": ["GET", "POST"]}
    assert staging.mentioned == manifest.mentioned | {"memory-size"}
    assert (plugin.root, staging.environments) == (tmp_path, manifest.environments)
    assert manifest.environment["LEVEL"] == "info"


def test_without_overrides_nothing_is_different(tmp_path: Path) -> None:
    assert _load(tmp_path, "empty").manifest == _load(tmp_path).manifest


def test_an_unknown_environment_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match=r"no table \[tool.biot-plugin.env.prod\].*staging, empty"):
        _load(tmp_path, "prod")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("timeout = 901", r"'timeout' of \[tool.biot-plugin.env.staging\] is 901: make it .* 1 to 900"),
        ("memory = 512", r"\[tool.biot-plugin.env.staging\] has the unknown key 'memory'"),
        ("env = {}", "unknown key 'env'"),
        ('base-url = "api.example.com"', "'base-url' .* make it an https:// URL such as https://"),
        ('base-url = "http://api.example.com"', "'base-url'"),
        ('base-url = "https://user:pass@api.example.com"', "'base-url'"),
        ('base-url = "https://api.example.com:port"', "'base-url'"),
        ('environment = { BIOT_X = "y" }', "BIOT_X; names that start with BIOT_ are reserved for the platform"),
        ('environment = { TEXT = "' + "x" * 3990 + '" }', "has 40.. bytes as JSON: keep names and values within 4007"),
    ],
)
def test_a_mistake_in_an_environment_is_one_sentence(tmp_path: Path, line: str, said: str) -> None:
    text = f'environment = {{ LEVEL = "info", GREETING = "{"hello " * 5}" }}\n[tool.biot-plugin.env.staging]\n{line}\n'
    _load(tmp_path, text=text)

    with pytest.raises(InvalidPlugin, match=said) as refusal:
        _load(tmp_path, "staging", text)
    assert "\n" not in str(refusal.value)
