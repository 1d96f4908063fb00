from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from biot_plugin_cli.template.installation_sources import installation_sources
from tests.scaffold.support import CHECKOUT


def _record(url: str, **origin: object) -> str:
    return json.dumps({"url": url, **origin})


@pytest.mark.parametrize("directory", [{}, {"editable": True}])
def test_a_checkout(tmp_path: Path, directory: dict[str, bool]) -> None:
    checkout = tmp_path / "check out"
    (checkout / "framework").mkdir(parents=True)
    (checkout / "framework" / "pyproject.toml").touch()

    assert installation_sources(_record((checkout / "scaffold").as_uri(), dir_info=directory)) == {
        "path": str(checkout)
    }


def test_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    assert installation_sources(_record((tmp_path / "scaffold").as_uri(), dir_info={})) == {}


def test_git() -> None:
    commit = "0" * 40
    record = _record(
        "https://git.example.com/x.git", vcs_info={"vcs": "git", "commit_id": commit}, subdirectory="scaffold"
    )

    assert installation_sources(record) == {"git": "https://git.example.com/x.git", "rev": commit}


def test_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "biot_plugin_cli-1-py3-none-any.whl"

    assert installation_sources(_record(wheel.as_uri(), archive_info={})) == {"find-links": str(tmp_path)}


@pytest.mark.parametrize("form", [Path.as_uri, str])
def test_wheels_that_uv_tool_install_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Callable[[Path], str]
) -> None:
    wheels, receipt = tmp_path / "my wheels", tmp_path / "uv-receipt.toml"
    wheels.mkdir()
    (wheels / "biot_plugin_cli-1-py3-none-any.whl").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(metadata, "distribution", lambda _: _Indexed())
    others = f'"https://example.com/wheels", "{(tmp_path / "nowhere").as_uri()}"'

    receipt.write_text(f'[tool.options]\nfind-links = [{others}, "{form(wheels)}"]\n')
    assert installation_sources() == {"find-links": str(wheels)}

    for text in ("", "[tool", "tool = 1", "[tool]\noptions = 1\n", f"[tool.options]\nfind-links = [{others}]\n"):
        receipt.write_text(text)
        assert installation_sources() == {}, text
    receipt.unlink()
    assert installation_sources() == {}


class _Indexed:
    """What a package index installs has no record of its origin."""

    def read_text(self, _: str) -> None:
        return None


@pytest.mark.parametrize("url", ["https://example.com/biot_plugin_cli-1-py3-none-any.whl", "file:///x/biot.tar.gz"])
def test_other_archives_are_no_folder_of_wheels(url: str) -> None:
    assert installation_sources(_record(url, archive_info={})) == {}


def test_this_installation_is_a_checkout() -> None:
    assert installation_sources() == {"path": str(CHECKOUT)}
