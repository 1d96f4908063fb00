"""A plugin that is a member of a uv workspace, whose root has the lock file and the index."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scaffold.packages import PYTHON, THIS, UV, UV_CACHE, Packaged, make_wheel, path_without, run
from tests.scaffold.support import Program

pytestmark = pytest.mark.slow

ROOT = """
[tool.uv.workspace]
members = ["plugins/*", "helper"]
[[tool.uv.index]]
name = "own"
url = "wheels"
format = "flat"
default = true
"""
# uv builds this itself.
HELPER = """
[project]
name = "helper"
version = "1"
requires-python = ">=3.10"
dependencies = ["deep"]
[build-system]
requires = ["uv_build>=0.1,<100"]
build-backend = "uv_build"
"""


@pytest.fixture
def plugin(create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin of the template that needs a distribution of the root's index and a library of the workspace."""
    monkeypatch.setenv("UV_CACHE_DIR", UV_CACHE)
    monkeypatch.setenv("PATH", f"{UV.parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("deep", "thing"):
        make_wheel(tmp_path / "wheels", name)
    (tmp_path / "helper" / "src" / "helper").mkdir(parents=True)
    (tmp_path / "helper" / "src" / "helper" / "__init__.py").write_text("VALUE = 1\n")
    (tmp_path / "helper" / "pyproject.toml").write_text(HELPER)
    (tmp_path / "pyproject.toml").write_text(ROOT)
    root = tmp_path / "plugins" / "demo"
    done = create(root, "--name", "demo", "--hook", "pre-request", "--runtime", THIS, "--defaults")
    assert done.exit_code == 0, done.err
    manifest = (root / "pyproject.toml").read_text()
    manifest = manifest.replace('["biot-plugin"]', '["thing", "helper"]')
    manifest = re.sub(r"dev = \[.*?^\]", "dev = []", manifest, flags=re.DOTALL | re.MULTILINE)
    manifest = re.sub(r"^biot-\S+ = \{.*$", "", manifest, flags=re.MULTILINE)
    (root / "pyproject.toml").write_text(
        manifest.replace("[tool.uv.sources]", "[tool.uv.sources]\nhelper.workspace = true")
    )
    monkeypatch.chdir(root)
    return root


def sources(biot_plugin: Program) -> set[str]:
    done = biot_plugin("package", "--json")
    assert done.exit_code == 0, done.err
    return {name for name in Packaged(done.document).sources if ".dist-info" not in name and "hooks" not in name}


EVERYTHING = {"deep.py", "helper/__init__.py", "index.py", "thing.py"}


def test_make_setup_installs_it_into_the_plugins_folder(plugin: Path, tmp_path: Path, biot_plugin: Program) -> None:
    done = run("make", "setup", cwd=plugin, UV_NO_DEV="1", UV_PROJECT_ENVIRONMENT="/nowhere")

    assert (plugin / ".venv" / ".installed").exists(), done.stdout
    assert not (tmp_path / ".venv").exists()
    assert (tmp_path / "uv.lock").exists()
    assert sources(biot_plugin) == EVERYTHING
    assert "Nothing to be done" in run("make", "setup", cwd=plugin).stdout
    assert "Nothing to be done" not in _touched(plugin, tmp_path / "uv.lock")


def _touched(plugin: Path, lock: Path) -> str:
    later = lock.stat().st_mtime + 100
    os.utime(lock, (later, later))
    return run("make", "--dry-run", "setup", cwd=plugin).stdout


def test_what_is_installed_in_the_root_counts_too(
    plugin: Path, tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("uv", "sync", "--quiet", "--all-packages", "--python", sys.executable, cwd=tmp_path)
    assert not (plugin / ".venv").exists()

    with_uv = sources(biot_plugin)
    shutil.rmtree(plugin / ".cache")
    monkeypatch.setenv("PATH", path_without("uv"))
    monkeypatch.setattr(sys, "prefix", "/nowhere")

    assert with_uv == sources(biot_plugin) == EVERYTHING


def test_the_advice_leads_out(plugin: Path, tmp_path: Path, biot_plugin: Program) -> None:
    def said() -> list[str]:
        findings = biot_plugin("check", "--json").document["findings"]
        return [finding["advice"] for finding in findings if finding["code"].startswith("lock-")]

    def follow(advice: str) -> None:
        assert "uv lock" in advice
        subprocess.run(["uv", "lock", "--quiet", "--python", sys.executable], cwd=plugin, check=True)

    [missing] = said()
    follow(missing)
    assert said() == []

    manifest = plugin / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace('"thing"', '"thing>=1"'))
    [stale] = said()
    assert stale == "run uv lock"
    follow(stale)
    assert said() == []

    shutil.copy(tmp_path / "uv.lock", plugin / "uv.lock")
    assert said() == ["remove it, then run uv lock"]
    (plugin / "uv.lock").unlink()
    assert said() == []
    assert PYTHON in (tmp_path / "uv.lock").read_text()
