from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.plugin.environments import base_url, in_environment
from biot_plugin_cli.plugin.manifest import Manifest
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


def _load(folder: Path, text: str = ENVIRONMENTS) -> Manifest:
    (folder / "pyproject.toml").write_text(MANIFEST + text, encoding="utf-8")
    return Manifest.load(folder)


def test_an_environment_says_what_is_different_there(tmp_path: Path) -> None:
    manifest = _load(tmp_path)
    staging = in_environment(manifest, "staging")

    assert (staging.display_name, staging.memory_size, staging.name) == ("Demo (staging)", 512, "demo")
    assert staging.environment == {"LEVEL": "debug", "REGION_NAME": "eu"}
    assert staging.cors == {"allow-origins": ["*"], "allow-methods": ["GET", "POST"]}
    assert staging.mentioned == manifest.mentioned | {"memory-size"}
    assert (staging.root, staging.environments) == (manifest.root, manifest.environments)
    assert manifest.environment["LEVEL"] == "info"


def test_without_an_environment_nothing_is_different(tmp_path: Path) -> None:
    manifest = _load(tmp_path)

    assert in_environment(manifest, None) == manifest
    assert in_environment(manifest, "empty") == manifest


def test_an_unknown_environment_names_those_that_there_are(tmp_path: Path) -> None:
    for look in (in_environment, base_url):
        with pytest.raises(InvalidPlugin, match=r"no table \[tool.biot-plugin.env.prod\].*staging, empty"):
            look(_load(tmp_path), "prod")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("timeout = 901", r"'timeout' of \[tool.biot-plugin.env.staging\] is 901: make it .* 1 to 900"),
        ("memory = 512", r"\[tool.biot-plugin.env.staging\] has the unknown key 'memory'"),
        ("env = {}", "unknown key 'env'"),
        ('base-url = "api.example.com"', "'base-url' .* make it an address such as https://"),
        ('base-url = "http://api.example.com"', "'base-url'"),
        ('base-url = "https://user:pass@api.example.com"', "'base-url'"),
        ('base-url = "https://api.example.com:port"', "'base-url'"),
        ('environment = { BIOT_X = "y" }', "BIOT_X, and names that start with BIOT_ are the platform's own"),
        ('environment = { TEXT = "' + "x" * 3990 + '" }', "has 40.. bytes: keep names and values within 4013"),
    ],
)
def test_a_mistake_in_an_environment_is_one_sentence(tmp_path: Path, line: str, said: str) -> None:
    text = f'environment = {{ LEVEL = "info", GREETING = "{"hello " * 5}" }}\n[tool.biot-plugin.env.staging]\n{line}\n'
    manifest = _load(tmp_path, text)

    with pytest.raises(InvalidPlugin, match=said) as refusal:
        in_environment(manifest, "staging")
    assert "\n" not in str(refusal.value)


def test_the_platforms_address_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)
    manifest = _load(tmp_path)

    assert base_url(manifest, "staging") == "https://api.staging.biot-med.com"
    assert base_url(manifest, "empty") is None
    assert base_url(manifest, None) is None


def test_the_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", "http://127.0.0.1:8787/")

    assert base_url(_load(tmp_path), "staging") == "http://127.0.0.1:8787"
    assert base_url(_load(tmp_path), None) == "http://127.0.0.1:8787"


def test_a_variable_that_is_no_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", "http://api.example.com")

    with pytest.raises(UsageError, match="BIOT_PLUGIN_BASE_URL"):
        base_url(_load(tmp_path), "staging")


def test_an_address_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL", raising=False)
    manifest = _load(tmp_path, '[tool.biot-plugin.env.staging]\nbase-url = "somewhere"\n')

    with pytest.raises(InvalidPlugin, match=r"'base-url' of \[tool.biot-plugin.env.staging\] is 'somewhere'"):
        base_url(manifest, "staging")
