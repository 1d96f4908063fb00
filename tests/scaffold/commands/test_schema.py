"""`biot-plugin schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biot_plugin_cli.manifest.schema.documents import file_schema, table_schema
from tests.scaffold.support import Program


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a plugin, as none is needed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_schema_of_the_table_is_printed(biot_plugin: Program) -> None:
    outcome = biot_plugin("schema")
    assert (outcome.exit_code, outcome.err, outcome.document) == (0, "", table_schema())


def test_that_of_the_file_replaces_an_older_one(biot_plugin: Program, folder: Path) -> None:
    (folder / "pyproject.json").write_text("old")
    url = "https://schemas.example/x.json"
    outcome = biot_plugin("schema", "--pyproject", "--also", url, "-o", "pyproject.json")

    assert (outcome.exit_code, outcome.out, outcome.err) == (0, "", "Wrote pyproject.json\n")
    assert json.loads((folder / "pyproject.json").read_text()) == file_schema(table_schema(), [url])


def test_another_schema_is_about_a_whole_file(biot_plugin: Program) -> None:
    outcome = biot_plugin("schema", "--also", "https://schemas.example/x.json")
    assert (outcome.exit_code, outcome.err) == (2, "error: --also is about a whole file: add --pyproject\n")
