"""The schema in the language server of a real editor, with the configuration that new repositories have."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.manifest.schema.documents import file_schema
from biot_plugin_cli.manifest.schema.files import format_schema, load_table_schema
from docs_tools.blocks import ROOT
from tests.scaffold.manifest.schema.scenarios.editor_server import EditorServer, editor_server

pytestmark = pytest.mark.slow

TEMPLATE = ROOT / "templates/plugin/template"
LEAST = """\
[project]
name = "anything"

[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 1
runtime = "python3.13"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditorServer]:
    folder = tmp_path_factory.mktemp("editor")
    shutil.copy(TEMPLATE / ".taplo.toml", folder)
    shutil.copytree(TEMPLATE / ".schemas", folder / ".schemas")
    with editor_server(folder) as server:
        yield server


def test_settings_are_completed_with_their_meaning(server: EditorServer) -> None:
    server.open(f"{LEAST}|\n")
    offered = server.completions()

    assert {"timeout", "memory-size", "aws", "env"} <= offered.keys()
    # What is there already, and what environments alone may have.
    assert offered.keys().isdisjoint({"name", "runtime", "base-url"})
    assert offered["timeout"].startswith("Time limit of one event in seconds.")
    assert "a whole number of seconds from 1 to 900" in offered["timeout"]


def test_settings_of_an_environment_are_completed(server: EditorServer) -> None:
    server.open(f"{LEAST}\n[tool.biot-plugin.env.prod]\n|\n")
    offered = server.completions()

    assert {"base-url", "production", "timeout"} <= offered.keys()
    assert "env" not in offered


def test_the_values_of_a_setting_are_completed(server: EditorServer) -> None:
    server.open(LEAST + "package = |\n")
    assert {'"zip"', '"image"'} <= server.completions().keys()


def test_mistakes_are_marked_where_they_are(server: EditorServer) -> None:
    mistakes = (
        'timeout = 901\n[tool.biot-plugin.env.prod]\nmemory-size = "1"\n[tool.biot-plugin.aws]\nregion = "Paris"\n'
    )
    server.open(LEAST + mistakes)
    errors = server.errors()

    assert sorted(place for place, _ in errors) == ["memory-size", "region", "timeout"]
    assert ("timeout", "901 is greater than the maximum of 900") in errors


def test_a_valid_file_has_no_mistakes(server: EditorServer) -> None:
    server.open(LEAST + '[tool.ruff]\nline-length = 120\n[tool.biot-plugin.env.prod]\nbase-url = "https://x"\n')
    assert server.errors() == []


def test_a_schema_of_the_other_tables_counts_besides(tmp_path: Path) -> None:
    """What SchemaStore's schema does for somebody with a network, a file does here."""
    project = '{"properties": {"project": {"properties": {"name": {"type": "string", "maxLength": 3}}}}}'
    (tmp_path / "project.json").write_text(project)
    (tmp_path / ".schemas").mkdir()
    both = file_schema(load_table_schema(), [(tmp_path / "project.json").as_uri()])
    (tmp_path / ".schemas/pyproject.json").write_text(format_schema(both))
    shutil.copy(TEMPLATE / ".taplo.toml", tmp_path)
    with editor_server(tmp_path) as server:
        server.open(LEAST + "timeout = 0\n|\n")
        errors = dict(server.errors())
        offered = server.completions()

    assert errors.keys() == {"name", "timeout"}
    assert "memory-size" in offered
