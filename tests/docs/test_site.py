"""The documentation is built as a site, and a warning is an error. `make docs` installs what builds it."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import biot_emulator.testing
import biot_plugin
import biot_plugin.testing
from docs_tools.blocks import ROOT
from docs_tools.commands_page import PROGRAMS, command_names

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="make docs installs mkdocs"),
]


def build(site: Path, configuration: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(configuration), "-d", str(site)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_it_needs_nothing_from_another_host(site: Path) -> None:
    loaded = re.compile(r"<(?:img|script|link|iframe|source)\b[^>]*?(?:src|href)=\"?(?:https?:)?//[^\">]+")
    found = {match for page in site.rglob("*.html") for match in loaded.findall(page.read_text(encoding="utf-8"))}
    assert not found


@pytest.mark.parametrize(
    ("page", "module"),
    [
        ("biot-plugin-api", biot_plugin),
        ("biot-plugin-testing-api", biot_plugin.testing),
        ("biot-emulator-testing-api", biot_emulator.testing),
    ],
)
def test_every_public_name_is_in_the_reference(site: Path, page: str, module: object) -> None:
    text = (site / "reference" / f"{page}.html").read_text(encoding="utf-8")
    names = {name.rpartition(".")[2] for name in re.findall(r'id="(biot_[\w.]+)"', text)}
    assert set(module.__all__) - names <= {"events"}  # type: ignore[attr-defined]  # a module, with a heading of its own


def test_every_command_and_setting_is_in_the_reference(site: Path) -> None:
    for program in PROGRAMS:
        text = (site / "reference" / f"{program}-commands.html").read_text(encoding="utf-8")
        assert all(f'id="{name.replace(" ", "-")}"' in text for name in command_names(program))
    assert "memory-size" in (site / "reference" / "settings.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "warning"),
    [("[a](nowhere.md)", "nowhere.md"), ("[a](#nothing)", "#nothing"), ("::: biot_plugin.Nothing", "Nothing")],
)
def test_a_mistake_of_a_page_fails_the_build(tmp_path: Path, text: str, warning: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A page\n\n{text}\n", encoding="utf-8")
    configuration = tmp_path / "mkdocs.yml"
    hooks = f"hooks: [{ROOT / 'docs_tools' / 'site_hooks.py'}]"
    configuration.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: {tmp_path / 'docs'}\nnav: [index.md]\n{hooks}\n", encoding="utf-8"
    )
    done = build(tmp_path / "site", configuration)
    assert done.returncode != 0
    assert warning in done.stdout + done.stderr
