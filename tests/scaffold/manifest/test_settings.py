from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.repository import Plugin

LEAST = {"name": '"demo"', "display-name": '"Demo"', "version": "1", "runtime": '"python3.13"'}


def _write(folder: Path, **keys: str) -> Path:
    table = {**LEAST, **{key.replace("_", "-"): value for key, value in keys.items()}}
    lines = [f"{key} = {value}" for key, value in table.items() if value]
    (folder / "pyproject.toml").write_text("\n".join(["[tool.biot-plugin]", *lines]), encoding="utf-8")
    return folder


def test_the_defaults_are_the_platforms(tmp_path: Path) -> None:
    plugin = Plugin.load(_write(tmp_path))
    manifest = plugin.manifest

    assert (plugin.root, manifest.name, manifest.display_name, manifest.version) == (tmp_path, "demo", "Demo", 1)
    assert (manifest.runtime, manifest.handler, manifest.package) == ("python3.13", "index.handler", "zip")
    assert (manifest.timeout, manifest.memory_size, manifest.ephemeral_storage) == (60, 128, 512)
    assert (manifest.environment, manifest.cors, manifest.environments) == ({}, {}, {})
    assert (manifest.analytics_db_access, manifest.interception_order) == (False, None)


def test_what_is_written_counts(tmp_path: Path) -> None:
    manifest = Plugin.load(
        _write(
            tmp_path,
            memory_size="512",
            environment='{ GREETING = "hello" }',
            env='{ prod = { base-url = "https://x" } }',
        )
    ).manifest

    assert manifest.memory_size == 512
    assert manifest.environment == {"GREETING": "hello"}
    assert manifest.environments == {"prod": {"base-url": "https://x"}}


def test_a_folder_above_is_found_past_other_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = _write(tmp_path) / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "pyproject.toml").write_text("[project]\nname = 'other'\n", encoding="utf-8")
    monkeypatch.chdir(deep)

    assert Plugin.load().root == tmp_path


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("name", '"two words"', "1 to 57"),
        ("name", '"' + "n" * 58 + '"', "1 to 57"),
        ("name", '"demo\\n"', "1 to 57"),
        ("name", '"Plugin-demo"', "not beginning with Plugin-, which the platform puts before it"),
        ("name", '"Plugin-"', "not beginning with Plugin-"),
        ("name", '"\u0420lugin-demo"', "1 to 57"),
        ("display-name", '""', "1 to 255"),
        ("version", "0", "1 to 32767"),
        ("version", "true", "1 to 32767"),
        ("version", '"2"', "1 to 32767"),
        ("runtime", '"python3.9"', "python3.10"),
        ("handler", '"index"', "index.handler"),
        ("timeout", "901", "1 to 900"),
        ("memory-size", "127", "128 to 10240"),
        ("ephemeral-storage", "511", "512 to 10240"),
        ("environment", '{ BIOT_X = "y" }', "BIOT_"),
        ("environment", '{ X = "" }', "non-empty"),
        ("environment", '{ TEXT = "' + "y" * 4096 + '" }', "within 4007 bytes"),
        ("environment", "[1]", "table"),
        ("cors", '{ allow-methods = ["OPTIONS"] }', "GET, PUT"),
        ("cors", '{ max-age = ["1"] }', "allow-origins"),
        ("analytics-db-access", '"yes"', "true or false"),
        ("package", '"tar"', "'zip' or 'image'"),
        ("interception-order", "0", "1 or more"),
        ("env", '{ prod = "x" }', "tables"),
    ],
)
def test_a_bad_value_is_one_sentence(tmp_path: Path, key: str, value: str, allowed: str) -> None:
    with pytest.raises(InvalidPlugin) as refusal:
        Plugin.load(_write(tmp_path, **{key: value}))

    said = str(refusal.value)
    assert str(tmp_path / "pyproject.toml") in said
    assert repr(key) in said
    assert allowed in said
    assert "\n" not in said


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match=r"'memory'.*memory-size"):
        Plugin.load(_write(tmp_path, memory="512"))


@pytest.mark.parametrize("key", LEAST)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidPlugin, match=f"lacks '{key}'"):
        Plugin.load(_write(tmp_path, **{key: ""}))


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")

    with pytest.raises(InvalidPlugin, match=r"pyproject\.toml cannot be read"):
        Plugin.load(tmp_path)


def test_no_plugin_at_all_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match="new-plugin"):
        Plugin.load(tmp_path)


def test_all_mistakes_are_found_and_the_rest_can_be_read(tmp_path: Path) -> None:
    _write(tmp_path, version="0", memory_size="1", memory="2", timeout="7", runtime="")
    plugin = Plugin.read(tmp_path)
    manifest = plugin.manifest

    assert sorted((problem.code, problem.keys) for problem in plugin.problems) == [
        ("key-missing", ("runtime",)),
        ("key-unknown", ("memory",)),
        ("memory-size-invalid", ("memory-size",)),
        ("version-invalid", ("version",)),
    ]
    assert (manifest.name, manifest.timeout, manifest.memory_size) == ("demo", 7, 128)
    assert manifest.mentioned == {"name", "display-name", "timeout"}


def test_what_is_mentioned_is_known(tmp_path: Path) -> None:
    plugin = Plugin.load(_write(tmp_path, memory_size="512", env='{ prod = { base-url = "https://x" } }'))

    assert plugin.manifest.mentioned == {*LEAST, "memory-size", "env"}


def test_an_environment_can_be_looked_at_where_a_required_key_is_missing(tmp_path: Path) -> None:
    _write(tmp_path, name="", env="{ prod = { timeout = 7 } }")
    plugin = Plugin.read(tmp_path, "prod")

    assert [(problem.code, problem.keys) for problem in plugin.problems] == [("key-missing", ("name",))]
    assert plugin.manifest.timeout == 7
