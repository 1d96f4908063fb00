from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.manifest import Manifest
from biot_plugin_cli.plugin.manifest_file import ManifestFile
from biot_plugin_cli.plugin.manifest_rules import mistakes_in

LEAST = {"name": '"demo"', "display-name": '"Demo"', "version": "1", "runtime": '"python3.13"'}


def _write(folder: Path, **keys: str) -> Path:
    table = {**LEAST, **{key.replace("_", "-"): value for key, value in keys.items()}}
    lines = [f"{key} = {value}" for key, value in table.items() if value]
    (folder / "pyproject.toml").write_text("\n".join(["[tool.biot-plugin]", *lines]), encoding="utf-8")
    return folder


def test_the_defaults_are_the_platforms(tmp_path: Path) -> None:
    manifest = Manifest.load(_write(tmp_path))

    assert (manifest.root, manifest.name, manifest.display_name, manifest.version) == (tmp_path, "demo", "Demo", 1)
    assert (manifest.runtime, manifest.handler, manifest.package) == ("python3.13", "index.handler", "zip")
    assert (manifest.timeout, manifest.memory_size, manifest.ephemeral_storage) == (60, 128, 512)
    assert (manifest.environment, manifest.cors, manifest.environments) == ({}, {}, {})
    assert (manifest.analytics_db_access, manifest.interception_order) == (False, None)


def test_what_is_written_counts(tmp_path: Path) -> None:
    manifest = Manifest.load(
        _write(
            tmp_path,
            memory_size="512",
            environment='{ GREETING = "hello" }',
            env='{ prod = { base-url = "https://x" } }',
        )
    )

    assert manifest.memory_size == 512
    assert manifest.environment == {"GREETING": "hello"}
    assert manifest.environments == {"prod": {"base-url": "https://x"}}


def test_a_folder_above_is_found_past_other_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = _write(tmp_path) / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "pyproject.toml").write_text("[project]\nname = 'other'\n", encoding="utf-8")
    monkeypatch.chdir(deep)

    assert Manifest.load().root == tmp_path


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("name", '"two words"', "1 to 57"),
        ("name", '"' + "n" * 58 + '"', "1 to 57"),
        ("name", '"demo\\n"', "1 to 57"),
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
        ("environment", '{ X = "" }', "none empty"),
        ("environment", '{ TEXT = "' + "y" * 4096 + '" }', "within 4013 bytes"),
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
        Manifest.load(_write(tmp_path, **{key: value}))

    said = str(refusal.value)
    assert str(tmp_path / "pyproject.toml") in said
    assert repr(key) in said
    assert allowed in said
    assert "\n" not in said


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match=r"'memory'.*memory-size"):
        Manifest.load(_write(tmp_path, memory="512"))


@pytest.mark.parametrize("key", LEAST)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidPlugin, match=f"lacks '{key}'"):
        Manifest.load(_write(tmp_path, **{key: ""}))


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")

    with pytest.raises(InvalidPlugin, match=r"pyproject\.toml cannot be read"):
        Manifest.load(tmp_path)


def test_no_plugin_at_all_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match="new-plugin"):
        Manifest.load(tmp_path)


def test_all_mistakes_are_found_and_the_rest_can_be_read(tmp_path: Path) -> None:
    _write(tmp_path, version="0", memory_size="1", memory="2", timeout="7", runtime="")
    file = ManifestFile.find(tmp_path)

    mistakes = list(mistakes_in(file.table))
    manifest = Manifest.of(tmp_path, file.table, mistakes)

    assert sorted((one.code, one.keys) for one in mistakes) == [
        ("key-missing", ("runtime",)),
        ("key-unknown", ("memory",)),
        ("memory-size-invalid", ("memory-size",)),
        ("version-invalid", ("version",)),
    ]
    assert (manifest.name, manifest.timeout, manifest.memory_size) == ("demo", 7, 128)
    assert manifest.mentioned == {"name", "display-name", "timeout"}


def test_what_is_mentioned_makes_the_table_again(tmp_path: Path) -> None:
    manifest = Manifest.load(_write(tmp_path, memory_size="512", env='{ prod = { base-url = "https://x" } }'))

    assert manifest.mentioned == {*LEAST, "memory-size", "env"}
    assert Manifest.of(tmp_path, manifest.table()) == manifest


DOCUMENT = """\
# [tool.biot-plugin]
[project]
name = "other"
text = '''
[tool.biot-plugin]
name = "no"
'''

[tool.biot-plugin]
name = "demo"
cors.allow-origins = [
    "https://x",
]

[tool.biot-plugin.environment]
# GREETING = "hello"
GREETING = "hello"

[tool.biot-plugin.env]
prod = { timeout = 1 }
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 9),
        (("name",), 10),
        (("cors", "allow-origins"), 11),
        (("environment",), 15),
        (("environment", "GREETING"), 17),
        (("env", "prod", "timeout"), 20),
        (("environment", "ABSENT"), 15),
        (("absent",), 9),
    ],
)
def test_the_line_of_a_key_is_told(tmp_path: Path, keys: tuple[str, ...], line: int) -> None:
    (tmp_path / "pyproject.toml").write_text(DOCUMENT, encoding="utf-8")

    assert ManifestFile.find(tmp_path).line_of(*keys) == line
