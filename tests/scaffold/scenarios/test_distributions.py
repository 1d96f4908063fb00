"""However new-plugin was installed, what it makes finds the framework again and passes its own checks.

These build environments from a package index, or from what is cached of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tomllib

from biot_plugin_cli.git.runner import commit_all, initialise
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.support import CHECKOUT, Program, program_file

UV = shutil.which("uv") or str(CHECKOUT / ".uv" / "bin" / "uv")
CACHE = os.environ.get("UV_CACHE_DIR") or str(CHECKOUT / ".cache" / "uv")

pytestmark = [pytest.mark.slow, pytest.mark.long(20)]


def _run(*command: object, cwd: Path, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    unwanted = ("VIRTUAL_ENV", "PYTEST_ADDOPTS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "UV_CACHE_DIR": CACHE, "UV_LINK_MODE": "copy", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


def _make(plugin: Path, *targets: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    return _run("make", *targets, f"UV={UV}", f"UV_CACHE_DIR={CACHE}", cwd=plugin, check=check, **variables)


def _table(plugin: Path, name: str) -> Any:
    return tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["tool"][name]


def _copy_of_the_checkout(folder: Path) -> Path:
    listed = ["git", "-C", str(CHECKOUT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(listed, text=True).rstrip("\0").split("\0"):
        if (CHECKOUT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name, follow_symlinks=False)
    return folder


def _installed(folder: Path, *requirement: object) -> Path:
    """Install `biot-plugin-cli` into a new environment, and give its `new-plugin`."""
    _run(UV, "venv", "--quiet", "--python", program_file("python"), folder, cwd=folder.parent)
    _run(UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python", *requirement, cwd=folder.parent)
    return folder / "bin" / "new-plugin"


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("distributions") / "wheels"
    _run(UV, "build", "--quiet", "--wheel", "--all-packages", "--out-dir", folder, cwd=CHECKOUT)
    return folder


def test_from_a_checkout(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults")

    ran = _make(tmp_path / "demo", "invoke", "test", "check", "package")

    assert '"mrn": "K-117"' in ran.stdout
    assert (tmp_path / "demo" / "dist" / "demo.zip").is_file()
    assert _table(tmp_path / "demo", "uv")["sources"]["biot-plugin"]["path"] == str(CHECKOUT / "framework")
    assert str(CHECKOUT) in (tmp_path / "demo" / "README.md").read_text(encoding="utf-8")


def test_from_wheels(wheels: Path, tmp_path: Path) -> None:
    wheel = next(wheels.glob("biot_plugin_cli-*.whl"))
    new_plugin = _installed(tmp_path / "environment", wheel, "--find-links", wheels)

    _run(new_plugin, "demo", "--defaults", cwd=tmp_path)
    _make(tmp_path / "demo", "test", "check", "package")

    assert _table(tmp_path / "demo", "uv") == {"package": False, "find-links": [str(wheels)]}
    assert str(wheels) in (tmp_path / "demo" / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "demo" / ".venv" / "bin" / "biot-plugin").exists()


def test_from_git(tmp_path: Path) -> None:
    origin = _copy_of_the_checkout(tmp_path / "origin")
    initialise(origin)
    commit = commit_all(origin, "Take a copy")
    requirement = f"biot-plugin-cli @ git+{origin.as_uri()}@{commit}#subdirectory=scaffold"
    new_plugin = _installed(tmp_path / "environment", requirement)

    _run(new_plugin, "demo", "--defaults", cwd=tmp_path)
    _make(tmp_path / "demo", "test", "check", "package")

    source = {"git": origin.as_uri(), "rev": commit}
    assert _table(tmp_path / "demo", "uv")["sources"] == {
        "biot-emulator": {**source, "subdirectory": "emulator"},
        "biot-plugin": {**source, "subdirectory": "framework"},
        "biot-plugin-cli": {**source, "subdirectory": "scaffold"},
    }
    assert origin.as_uri() in (tmp_path / "demo" / "README.md").read_text(encoding="utf-8")


def test_the_oldest_runtime(create: Program, tmp_path: Path) -> None:
    if find_interpreter("python3.10") is None:
        pytest.skip("no Python 3.10 on this machine")
    create(tmp_path / "demo", "--defaults", "--runtime", "python3.10", "--hook", "notification", "--hook", "endpoint")

    _make(tmp_path / "demo", "test", "check")

    assert "3.10." in (tmp_path / "demo" / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8")


def test_a_runtime_that_is_nowhere_is_one_sentence(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults", "--runtime", "python3.14")
    hidden = _without_interpreters(tmp_path / "bin")

    refused = _make(
        tmp_path / "demo", "setup", check=False, PATH=str(hidden), HOME="", PYENV_ROOT="", UV_PYTHON_DOWNLOADS="never"
    )

    assert refused.returncode != 0
    assert "Python 3.14 is not on this machine" in refused.stderr
    assert not (tmp_path / "demo" / ".venv").exists()


def test_nothing_is_written_outside_of_the_plugin(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults")
    home = tmp_path / "home"
    home.mkdir()

    # pip asks rustc, where there is one, for its version, and rustup makes itself a folder then.
    _run("make", "test", cwd=tmp_path / "demo", HOME=str(home), PATH=_path_without_uv(), RUSTUP_HOME=str(tmp_path))

    assert list(home.iterdir()) == []
    assert (tmp_path / "demo" / ".uv" / "bin" / "uv").exists()
    status = subprocess.check_output(["git", "-C", tmp_path / "demo", "status", "--porcelain"], text=True)
    assert status == "?? uv.lock\n"


def _without_interpreters(folder: Path) -> Path:
    """Make a PATH of the few programs that a Makefile needs."""
    folder.mkdir()
    for name in ("sh", "sed", "env", "touch", "awk", "make"):
        (folder / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    return folder


def _path_without_uv() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / "uv").exists())
