from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.plugin.source_location import SourceLocation


def _finding(file: str | None, line: int | None = None) -> Finding:
    return Finding.error("x", "wrong", "mend it", SourceLocation(file, line))


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_files_are_relative_to_the_repository(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "plugins/demo"
    root.mkdir(parents=True)
    if kind == "folder":
        (tmp_path / ".git").mkdir()
    else:  # a work tree of another repository
        (tmp_path / ".git").write_text("gitdir: elsewhere")

    assert Places(root).of(_finding("hooks/age.py", 3)) == ("plugins/demo/hooks/age.py", 3)


@pytest.fixture(autouse=True)
def no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def test_without_a_repository_the_plugins_folder_is_the_top(tmp_path: Path) -> None:
    assert Places(tmp_path).of(_finding("index.py", 3)) == ("index.py", 3)


@pytest.mark.parametrize(("line", "expected"), [(None, 1), (0, 1), (5, 5)])
def test_there_is_always_a_line(tmp_path: Path, line: int | None, expected: int) -> None:
    assert Places(tmp_path).of(_finding("index.py", line)) == ("index.py", expected)


@pytest.mark.parametrize("file", [None, "", "/usr/lib/python3/x.py", "../x.py"])
def test_what_is_in_no_file_of_the_plugins_is_at_the_manifest(tmp_path: Path, file: str | None) -> None:
    assert Places(tmp_path).of(_finding(file, 9)) == ("pyproject.toml", 1)


def test_a_location_elsewhere_is_in_the_message(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert places.message(_finding("/lib/x.py", 9)) == "wrong (/lib/x.py:9): mend it"
    assert places.message(_finding("index.py", 9)) == "wrong: mend it"
