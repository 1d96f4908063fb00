from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from biot_plugin_cli.template import versions
from biot_plugin_cli.template.creation.repository import Creation, create_repository
from tests.scaffold.upgrades import copy_of_the_template


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plugin" / "template").mkdir(parents=True)
    (tmp_path / "plugin" / "copier.yml").write_text("_subdirectory: template\n", encoding="utf-8")
    (tmp_path / "plugin" / "template" / "a b.txt").write_bytes(b"one\r\n\xff no newline")
    return tmp_path


@pytest.fixture(scope="session")
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with its present state as version 1, and a plugin made from it: rendered once for all tests."""
    folder = tmp_path_factory.mktemp("first")
    copy_of_the_template(folder / "templates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "FOLDER", folder / "templates")
        patch.setenv("HOME", str(folder))
        create_repository(folder / "demo", {}, {"name": "demo"}, Creation(lock=False))
    return folder


@pytest.fixture
def templates(first_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the template whose present state is released as version 1."""
    folder = tmp_path / "templates"
    shutil.copytree(first_version / "templates", folder)
    monkeypatch.setattr(versions, "FOLDER", folder)
    return folder


@pytest.fixture
def plugin(templates: Path, first_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin made from version 1; it is the current folder."""
    shutil.copytree(first_version / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    return tmp_path / "demo"
