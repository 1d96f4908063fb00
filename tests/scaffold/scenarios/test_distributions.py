"""However new-plugin was installed, what it makes finds the framework again and passes its own checks.

These build environments from a package index, or from what is cached of it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import tomllib
import yaml

from biot_plugin_cli.git.runner import commit_all, initialise
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.packages import THIS
from tests.scaffold.support import CHECKOUT, Program, program_file

UV = shutil.which("uv") or str(CHECKOUT / ".uv" / "bin" / "uv")
CACHE = os.environ.get("UV_CACHE_DIR") or str(CHECKOUT / ".cache" / "uv")

pytestmark = [pytest.mark.slow, pytest.mark.long(20)]


def _run(
    *command: object, cwd: Path, check: bool = True, variables: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    unwanted = ("CI", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
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
    return _run("make", *targets, f"UV={UV}", f"UV_CACHE_DIR={CACHE}", cwd=plugin, check=check, variables=variables)


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


def _run_pipeline(plugin: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands of the plugin's pipeline on this machine, as far as they deploy nothing."""
    if (plugin / ".github").exists():
        text = (plugin / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
        commands = [step["run"] for step in yaml.safe_load(text)["jobs"]["check"]["steps"] if "run" in step]
    else:
        document = yaml.safe_load((plugin / "bitbucket-pipelines.yml").read_text(encoding="utf-8"))
        commands = document["pipelines"]["default"][0]["step"]["script"]
    assert commands
    script = "\n".join(["set -e", *commands])
    variables = {"CI": "true", "PATH": f"{Path(UV).parent}:{os.environ['PATH']}"}
    return _run("sh", "-c", script, cwd=plugin, variables=variables)


def test_from_a_checkout(tmp_path: Path) -> None:
    _run(program_file("new-plugin"), "demo", "--defaults", cwd=tmp_path)
    plugin = tmp_path / "demo"
    first = (plugin / "uv.lock").read_bytes()

    ran = _run_pipeline(plugin)

    assert '"mrn": "K-117"' in ran.stdout
    assert re.search(r"TOTAL .* \d+%", ran.stdout)
    assert (plugin / "dist" / "demo.zip").is_file()
    assert _table(plugin, "uv")["sources"]["biot-plugin"]["path"] == str(CHECKOUT / "framework")
    assert str(CHECKOUT) in (plugin / "README.md").read_text(encoding="utf-8")
    assert (plugin / "uv.lock").read_bytes() == first
    assert _run("git", "status", "--porcelain", cwd=plugin).stdout == ""
    _commit_with_the_hooks(plugin)
    _run_platform(plugin)
    _refuse_another_lock(plugin)
    _make(plugin, "lock")
    assert _run("git", "status", "--porcelain", cwd=plugin).stdout in ("", " M uv.lock\n")
    _run("git", "checkout", "--quiet", ".", cwd=plugin)
    _run("make", "clean", cwd=plugin)
    assert _run("git", "status", "--porcelain", "--ignored", cwd=plugin).stdout == ""


def _commit_with_the_hooks(plugin: Path) -> None:
    """Have a commit checked, without a network, by what `pre-commit install` has installed."""
    _run(".venv/bin/pre-commit", "install", cwd=plugin)
    module = plugin / "hooks" / "age.py"
    text = module.read_text(encoding="utf-8")
    commit = (
        "git",
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@example.com",
        "commit",
        "--quiet",
        "--all",
        "-m",
        "Change",
    )
    offline = {"UV_OFFLINE": "1", "HTTPS_PROXY": "http://127.0.0.1:9", "XDG_CACHE_HOME": str(plugin / ".cache")}
    module.write_text(f"{text}\n\nWRONG: int = 'x'\n", encoding="utf-8")
    refused = _run(*commit, cwd=plugin, check=False, variables=offline)
    assert refused.returncode != 0
    assert "Incompatible types in assignment" in refused.stdout + refused.stderr
    module.write_text(f"{text}\nRIGHT = 1\n", encoding="utf-8")
    _run(*commit, cwd=plugin, check=False, variables=offline)  # ruff formats, and has the author look at it
    assert "biot-plugin check....." in _run(*commit, cwd=plugin, variables=offline).stderr


def _run_platform(plugin: Path) -> None:
    command = ["make", "dev"]
    environment = {**os.environ, "PATH": f"{Path(UV).parent}:{os.environ['PATH']}", "UV_CACHE_DIR": CACHE}
    with subprocess.Popen(
        command, cwd=plugin, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        try:
            assert any("Version 1 runs" in line for line in process.stdout)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.stdout.read()


def _refuse_another_lock(plugin: Path) -> None:
    """In a pipeline, what is installed is what is committed; elsewhere the lock file follows."""
    project = plugin / "pyproject.toml"
    project.write_text(project.read_text(encoding="utf-8").replace('["biot-plugin"]', '["biot-plugin", "idna"]'))
    refused = _make(plugin, "setup", check=False, CI="true")
    assert "needs to be updated, but `--locked` was provided" in " ".join(refused.stderr.split())
    assert _run("git", "status", "--porcelain", cwd=plugin).stdout == " M pyproject.toml\n"
    _make(plugin, "setup")
    assert _run("git", "status", "--porcelain", cwd=plugin).stdout == " M pyproject.toml\n M uv.lock\n"
    _run("git", "checkout", "--quiet", ".", cwd=plugin)


def test_from_wheels(wheels: Path, tmp_path: Path) -> None:
    """As a user without a checkout installs it: with nothing but a folder of wheels, in an empty home."""
    (tmp_path / "home").mkdir()
    home = {
        "HOME": str(tmp_path / "home"),
        "UV_TOOL_DIR": "",
        "UV_TOOL_BIN_DIR": "",
        "XDG_DATA_HOME": "",
        "XDG_BIN_HOME": "",
    }
    install = ("tool", "install", "--quiet", "--python", program_file("python"), "--find-links", wheels)
    _run(UV, *install, "biot-plugin-cli", cwd=tmp_path, variables=home)
    user = {**home, "PATH": f"{tmp_path / 'home' / '.local' / 'bin'}:{Path(UV).parent}:/usr/bin:/bin"}
    new_plugin, biot_plugin = (tmp_path / "home" / ".local" / "bin" / name for name in ("new-plugin", "biot-plugin"))

    _run(new_plugin, "demo", "--defaults", "--runtime", THIS, cwd=tmp_path, variables=user)
    plugin = tmp_path / "demo"
    _run("make", "setup", cwd=plugin, variables=user)
    ran = _run(biot_plugin, "invoke", "events/pre_request.json", cwd=plugin, variables=user)

    assert '"mrn": "K-117"' in ran.stdout
    index = {"name": "biot-plugin", "url": str(wheels), "format": "flat", "explicit": True}
    assert _table(plugin, "uv")["index"] == [index]
    assert str(wheels) in (plugin / "README.md").read_text(encoding="utf-8")
    assert f'registry = "{wheels}"' in (plugin / "uv.lock").read_text(encoding="utf-8")
    assert _run("git", "status", "--porcelain", cwd=plugin).stdout == ""


@pytest.mark.matrix
def test_from_git(tmp_path: Path) -> None:
    origin = _copy_of_the_checkout(tmp_path / "origin")
    initialise(origin)
    commit = commit_all(origin, "Take a copy")
    requirement = f"biot-plugin-cli @ git+{origin.as_uri()}@{commit}#subdirectory=scaffold"
    new_plugin = _installed(tmp_path / "environment", requirement)

    _run(new_plugin, "demo", "--defaults", cwd=tmp_path)
    _make(tmp_path / "demo", "package")

    source = {"git": origin.as_uri(), "rev": commit}
    assert _table(tmp_path / "demo", "uv")["sources"] == {
        "biot-emulator": {**source, "subdirectory": "emulator"},
        "biot-plugin": {**source, "subdirectory": "framework"},
        "biot-plugin-cli": {**source, "subdirectory": "scaffold"},
    }
    assert origin.as_uri() in (tmp_path / "demo" / "README.md").read_text(encoding="utf-8")


@pytest.mark.matrix
def test_the_oldest_runtime(wheels: Path, tmp_path: Path) -> None:
    """The tools need a newer Python than the plugin has, and are installed beside it."""
    if find_interpreter("python3.10") is None:
        pytest.skip("no Python 3.10 on this machine")
    chosen = ("--runtime", "python3.10", "--hook", "notification", "--hook", "endpoint", "--ci", "bitbucket")
    # A relative folder, as in a repository that has the wheels too.
    shutil.copytree(wheels, tmp_path / "wheels")
    _run(program_file("new-plugin"), "demo", "--defaults", *chosen, "--framework-from", "wheels", cwd=tmp_path)
    plugin = tmp_path / "demo"

    _run_pipeline(plugin)

    assert "3.10." in (plugin / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8")
    assert (plugin / "dist" / "demo.zip").is_file()
    assert _table(plugin, "uv")["index"][0]["url"] == "../wheels"
    _make(plugin, "lock")
    assert "python3.10" in _run(".venv/bin/biot-plugin", "config", cwd=plugin).stdout
    assert {*_run("git", "status", "--porcelain", cwd=plugin).stdout.split()} <= {"M", "uv.lock", ".tools/uv.lock"}


def test_a_runtime_that_is_nowhere_is_one_sentence(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults", "--runtime", "python3.14")
    hidden = _without_interpreters(tmp_path / "bin")

    refused = _make(
        tmp_path / "demo", "setup", check=False, PATH=str(hidden), HOME="", PYENV_ROOT="", UV_PYTHON_DOWNLOADS="never"
    )

    assert refused.returncode != 0
    assert "Python 3.14 is not on this machine" in " ".join(refused.stderr.split())
    assert not (tmp_path / "demo" / ".venv").exists()


@pytest.mark.matrix
def test_nothing_is_written_outside_of_the_plugin(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults")
    home = tmp_path / "home"
    home.mkdir()

    # pip asks rustc, where there is one, for its version, and rustup makes itself a folder then.
    variables = {"HOME": str(home), "PATH": _path_without_uv(), "RUSTUP_HOME": str(tmp_path)}
    _run("make", "test", cwd=tmp_path / "demo", variables=variables)

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
