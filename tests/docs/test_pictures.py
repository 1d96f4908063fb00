"""The pictures are made where they can be, and a machine that cannot says why, in a line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.page.pictures import CHARTS, PROFILES, TARGETS
from docs_tools.blocks import ROOT, documents
from docs_tools.pictures import COMMITTED, lacking

_PICTURE = re.compile(r"!\[[^\]]+\]\((?:docs/)?pictures/([^)]+)\)")
_EVIDENCE = {"evidence.png", "evidence-dark.png"}
_MEASURED = {f"{name}.svg" for name in (*CHARTS, *PROFILES, TARGETS)}
_MAKES = ROOT / "tests" / "emulator" / "page" / "scenarios" / "test_browser.py"


def _run(folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "docs_tools.pictures", str(folder)]
    return subprocess.run(command, cwd=ROOT, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    shown = {name for document in documents() for name in _PICTURE.findall(document.read_text(encoding="utf-8"))}
    assert shown == {path.name for path in COMMITTED.iterdir()}


def test_each_is_made_by_the_browser_from_the_tutorial_or_from_figures() -> None:
    views = re.findall(r'^        \("(\w+)", f?"[^"]*", \(("light",(?: "dark")?)', _MAKES.read_text(), re.MULTILINE)
    made = {f"page-{name}{suffix}.png" for name, of in views for suffix in ("", "-dark")[: 1 + ("dark" in of)]}
    assert made | _EVIDENCE | _MEASURED | {"terminal.svg"} == {path.name for path in COMMITTED.iterdir()}


def test_a_machine_without_a_browser_uses_the_committed_ones(tmp_path: Path) -> None:
    done = _run(tmp_path / "site", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "No pictures were made, as this machine lacks Chromium and the font Inter and the font JetBrains Mono: the "
        "site has those of docs/pictures\n"
    )
    assert not (tmp_path / "site").exists()


def test_the_committed_ones_are_not_made_without_a_browser(tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in COMMITTED.iterdir()}
    done = _run(COMMITTED, tmp_path)
    assert done.returncode == 1
    assert done.stdout.endswith("the font JetBrains Mono\n")
    assert {path: path.stat().st_mtime_ns for path in COMMITTED.iterdir()} == before


def test_a_font_is_known_by_its_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"chromium": "", "fc-list": "echo 'Inter Display,Inter Tight'; echo 'JetBrains Mono'"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lacking() == ["the font Inter"]
