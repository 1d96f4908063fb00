"""Whatever a user sets, a package is the same; and what says where packages come from is heard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from biot_plugin_cli.processes.environment import child_environment
from tests.scaffold.packages import INDEX, UV_CACHE, Repository, make_wheel, path_without
from tests.scaffold.support import program_file

SOURCES = {"index.py": INDEX, "läb/données.py": "SET = {'a', 'b', 'c'}\n", "run.sh": "#!/bin/sh\n"}


def fill(repository: Repository) -> None:
    """A plugin with two dependencies, and files that are easily packaged differently."""
    files = {"pure/__init__.py": "NAMES = {'x', 'y', 'z'}\nassert NAMES\n", "pure/é.txt": ""}
    make_wheel(repository.wheels, "pure", files, needs=["deep"])
    for version in ("1.0", "2.0"):
        make_wheel(repository.wheels, "deep", {"deep.py": '"""It."""\n'}, version=version)
    for name, text in SOURCES.items():
        repository.write(name, text)
    (repository.root / "run.sh").chmod(0o755)
    repository.needs("pure")


def package(root: Path, variables: Mapping[str, str], *, pip: bool = False, umask: int = -1) -> str:
    """Package in a process of its own, and return the SHA-256 of the zip."""
    shutil.rmtree(root / ".cache", ignore_errors=True)
    path = path_without("uv", "biot-plugin") if pip else os.environ["PATH"]
    code = "import sys; sys.prefix = '/nowhere'; from biot_plugin_cli.main import main; main()"
    command = [sys.executable, "-c", code] if pip else [program_file("biot-plugin")]
    done = subprocess.run(
        [*command, "package", "--json"],
        cwd=root,
        env={**os.environ, "PATH": path, "UV_CACHE_DIR": UV_CACHE, **variables},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["sha256"])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The SHA-256 of the package without any settings."""
    around = tmp_path_factory.mktemp("plain")
    repository = Repository(around / "plugin", lambda: pytest.fail("not used"))
    fill(repository)
    return package(repository.root, {})


@pytest.fixture
def without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no uv, so that pip installs."""
    monkeypatch.setenv("PATH", path_without("uv", "biot-plugin"))
    monkeypatch.setattr(sys, "prefix", "/nowhere")


@pytest.fixture
def filled(repository: Repository) -> Repository:
    fill(repository)
    return repository


UV_VARIABLES = {
    "UV_COMPILE_BYTECODE": "1",
    "UV_CONFIG_FILE": "{settings}/uv/uv.toml",
    "UV_CONSTRAINT": "/nowhere",
    "UV_EXCLUDE_NEWER": "2001-01-01",
    "UV_FROZEN": "1",
    "UV_LINK_MODE": "symlink",
    "UV_LOCKED": "1",
    "UV_NO_BINARY": "1",
    "UV_NO_CONFIG": "1",
    "UV_OVERRIDE": "/nowhere",
    "UV_PRERELEASE": "allow",
    "UV_PROJECT": "/nowhere",
    "UV_PROJECT_ENVIRONMENT": "/nowhere",
    "UV_PYTHON": "2.7",
    "UV_REQUIRE_HASHES": "0",
    "UV_RESOLUTION": "lowest",
    "UV_SYSTEM_PYTHON": "1",
    "UV_TORCH_BACKEND": "cpu",
    "UV_WORKING_DIR": "/nowhere",
    "XDG_CONFIG_HOME": "{settings}",
}
PYTHON_VARIABLES = {
    "GIT_DIR": "/nowhere",
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "7",
    "PYTHONNOUSERSITE": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONPATH": "{settings}/modules",
    "PYTHONPYCACHEPREFIX": "{settings}/pycache",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "0",
    "PYTHONWARNINGS": "error",
    "SOURCE_DATE_EPOCH": "1000000000",
    "TMPDIR": "/nowhere",
    "VIRTUAL_ENV": "/nowhere",
}
PIP_VARIABLES = {
    "PIP_COMPILE": "1",
    "PIP_CONFIG_FILE": "{settings}/pip/pip.conf",
    "PIP_CONSTRAINT": "/nowhere",
    "PIP_NO_BINARY": ":all:",
    "PIP_PLATFORM": "win32",
    "PIP_PREFIX": "/nowhere",
    "PIP_REQUIRE_HASHES": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_TARGET": "/nowhere",
    "PIP_USER": "1",
    "XDG_CONFIG_HOME": "{settings}",
}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A folder of settings that would change or break every installation."""
    folder = tmp_path / "settings"
    files = {
        "uv/uv.toml": "compile-bytecode = true\nno-binary = true\nresolution = 'lowest'\nexclude-newer = '2001-01-01'\n"
        "[pip]\nrequire-hashes = true\ntarget = '/nowhere'\nonly-binary = ['x']\n",
        "pip/pip.conf": "[global]\nno-binary = :all:\nuser = true\nconstraint = /nowhere\n[install]\ncompile = true\n",
        "modules/zipfile_helper.py": "",
        "modules/sitecustomize.py": "import sys\nsys.dont_write_bytecode = False\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.matrix
@pytest.mark.parametrize("name", PYTHON_VARIABLES)
def test_no_variable_changes_the_package(filled: Repository, plain: str, settings: Path, name: str) -> None:
    assert package(filled.root, {name: PYTHON_VARIABLES[name].format(settings=settings)}) == plain


@pytest.mark.matrix
@pytest.mark.parametrize("name", UV_VARIABLES)
def test_no_setting_of_uv_changes_it(
    filled: Repository, plain: str, settings: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, UV_VARIABLES[name].format(settings=settings))

    assert filled.packaged().document["sha256"] == plain


@pytest.mark.matrix
@pytest.mark.parametrize("name", PIP_VARIABLES)
def test_no_setting_of_pip_changes_it(
    filled: Repository, plain: str, settings: Path, name: str, without_uv: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, PIP_VARIABLES[name].format(settings=settings))

    assert filled.packaged().document["sha256"] == plain


# Each for itself is part of the matrix: one that changes anything would have to be undone by another one.
@pytest.mark.slow
def test_all_of_them_at_once(filled: Repository, plain: str, settings: Path) -> None:
    variables = {**UV_VARIABLES, **PYTHON_VARIABLES, **PIP_VARIABLES}
    together = {name: value.format(settings=settings) for name, value in variables.items()}

    assert package(filled.root, together, umask=0o077) == plain
    assert package(filled.root, together, umask=0o002, pip=True) == plain


@pytest.mark.slow
def test_a_home_of_another_python(filled: Repository, plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it no interpreter starts, so only this one, which has, can package."""
    monkeypatch.setenv("PYTHONHOME", "/nowhere")

    assert filled.packaged().document["sha256"] == plain


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    [
        {"UV_FIND_LINKS": "{wheels}"},
        {"XDG_CONFIG_HOME": "{home}"},
        {"UV_CONFIG_FILE": "{home}/uv/uv.toml"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_where_packages_come_from_may_be_set_for_uv(
    filled: Repository, plain: str, tmp_path: Path, variables: dict[str, str]
) -> None:
    home = tmp_path / "home"
    (home / "uv").mkdir(parents=True)
    (home / "uv" / "uv.toml").write_text(f"find-links = ['{filled.wheels}']\ncompile-bytecode = true\n")
    _forget_where(filled)

    set_variables = {name: value.format(home=home, wheels=filled.wheels) for name, value in variables.items()}
    assert package(filled.root, set_variables) == plain


@pytest.mark.sampled(3)
@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    [{"PIP_FIND_LINKS": "{wheels}"}, {"PIP_CONFIG_FILE": "{home}/pip/pip.conf"}, {"XDG_CONFIG_HOME": "{home}"}],
    ids=lambda variables: next(iter(variables)),
)
def test_where_packages_come_from_may_be_set_for_pip(
    filled: Repository, plain: str, tmp_path: Path, variables: dict[str, str]
) -> None:
    home = tmp_path / "home"
    (home / "pip").mkdir(parents=True)
    (home / "pip" / "pip.conf").write_text(f"[global]\nfind-links = {filled.wheels}\nno-binary = :all:\n")
    _forget_where(filled)

    set_variables = {name: value.format(home=home, wheels=filled.wheels) for name, value in variables.items()}
    assert package(filled.root, {"UV_FIND_LINKS": str(filled.wheels), **set_variables}, pip=True) == plain


def _forget_where(repository: Repository) -> None:
    manifest = repository.root / "pyproject.toml"
    remaining = [line for line in manifest.read_text().splitlines() if "find-links" not in line]
    manifest.write_text("\n".join(remaining))


def test_a_child_process_sees_what_it_needs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "PYTHONPATH", "UV_COMPILE_BYTECODE", "PIP_TARGET", "ANYTHING", "UV_RESOLUTION"):
        monkeypatch.setenv(name, "x")
    allowed = ("https_proxy", "NO_PROXY", "SSL_CERT_FILE", "UV_INDEX_MINE_PASSWORD", "NETRC", "AWS_PROFILE")
    indexes = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
    for name in (*allowed, *indexes):
        monkeypatch.setenv(name, "x")

    plain, connected = child_environment(), child_environment(connections=True)
    everything = child_environment({"MORE": "y"}, connections=True, indexes=True, more=frozenset(["ANYTHING"]))

    assert not set(plain) & {*allowed, *indexes, "GIT_DIR", "PYTHONPATH", "ANYTHING"}
    assert {*allowed} <= set(connected)
    assert not set(connected) & {*indexes}
    assert {*allowed, *indexes, "MORE", "ANYTHING"} <= set(everything)
    assert not set(everything) & {"GIT_DIR", "PYTHONPATH", "UV_COMPILE_BYTECODE", "PIP_TARGET", "UV_RESOLUTION"}
    assert plain["PATH"] == os.environ["PATH"]
