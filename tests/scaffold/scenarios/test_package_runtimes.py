"""What new-plugin makes, packaged on this machine for every runtime, and run in that runtime where it is.

These take what they need from a package index, or from what is cached of it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from biot_emulator import Function, Invocation, Runtime, Ums, prepare_event
from biot_plugin_cli.archive.shared_libraries import is_library
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.packages import UV_CACHE, Packaged, path_without, uv_lock
from tests.scaffold.support import CHECKOUT, Program

pytestmark = pytest.mark.slow

EVENTS = ("pre_request", "endpoint")
# A marker that holds on the target alone, whichever Python runs this, and a dependency with a library of its own.
NEWER = "3.13"
OLDER = "3.10"


@pytest.fixture(autouse=True)
def kept_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", UV_CACHE)
    monkeypatch.setenv("PIP_CACHE_DIR", os.environ.get("PIP_CACHE_DIR") or str(CHECKOUT / ".cache" / "pip"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(CHECKOUT / ".cache"))


def made(create: Program, folder: Path, runtime: str) -> Path:
    hooks = [argument for event in EVENTS for argument in ("--hook", event.replace("_", "-"))]
    done = create(folder, "--name", "demo", *hooks, "--runtime", runtime, "--defaults")
    assert done.exit_code == 0, done.err
    return folder


def invoke(folder: Path, python: Path, event: Mapping[str, Any]) -> Invocation:
    """Run one event in a new process."""
    with Ums() as ums:
        environment = {**ums.plugin_environment, "BIOT_APP_NAME": "Demo"}
        function = Function(folder, python, "demo", timeout=20, memory_mb=256, environment=environment)
        with Runtime(function) as runtime:
            return runtime.invoke(prepare_event(event, ums.tokens.sign_for))


def bytecode(folder: Path) -> dict[str, int]:
    """Tell when each module's bytecode was written: Python writes that of every module that it has to compile."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*.pyc")}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_it_runs_in_its_runtime_from_bytecode(
    create: Program, biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    plugin = made(create, tmp_path / "demo", runtime)
    python = find_interpreter(runtime)
    if python:
        uv_lock(plugin, runtime)
    monkeypatch.chdir(plugin)
    done = biot_plugin("package", "--json")
    assert done.exit_code == 0, done.err
    package = Packaged(done.document)

    assert {"index.py", "hooks/pre_request.py", "biot_plugin/__init__.py", "cryptography/__init__.py"} <= set(
        package.names
    )
    tops = {name.partition("/")[0] for name in package.names}
    assert not tops & {"tests", "events", "docs", "bin", ".git", ".github", ".gitignore", "pyproject.toml", "uv.lock"}
    number = runtime.removeprefix("python").replace(".", "")
    libraries = [name for name in package.names if is_library(name)]
    assert any(f".cpython-{number}-x86_64-linux-gnu." in name for name in libraries)
    assert all(package.read(name)[18] == 62 for name in libraries)
    precompiled = {name for name in package.names if name.endswith(".pyc")}
    if python is None:
        assert not precompiled
        assert any(runtime in note for note in package.document["notes"])
        pytest.skip(f"this machine has no {runtime}: the package was built, and not run")
    assert all(f".cpython-{number}." in name for name in precompiled)

    folder = package.extract(tmp_path / "task")
    fixtures = [json.loads((plugin / "events" / f"{event}.json").read_text()) for event in EVENTS]
    before = bytecode(folder)
    invocations = [invoke(folder, python, fixture) for fixture in fixtures]
    assert [(one.error, one.status_code) for one in invocations] == [(None, 200)] * 2
    assert bytecode(folder) == before

    for path in folder.rglob("*.pyc"):
        path.unlink()
    invoke(folder, python, fixtures[0])
    compiled = set(bytecode(folder))
    assert compiled <= precompiled
    assert len(compiled) > 50


def test_markers_and_libraries_are_the_targets_with_either_installer(
    create: Program, biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the host would leave out what only the target needs, and put in what does not run there."""
    target = NEWER if f"{sys.version_info.major}.{sys.version_info.minor}" != NEWER else OLDER
    plugin = made(create, tmp_path / "demo", f"python{target}")
    manifest = plugin / "pyproject.toml"
    needs = [
        f"iniconfig; python_version == '{target}'",
        f"colorama; python_version != '{target}' or sys_platform == 'win32'",
        "msgspec",
    ]
    manifest.write_text(manifest.read_text().replace('["biot-plugin"]', json.dumps(["biot-plugin", *needs])))
    uv_lock(plugin, f"python{target}")
    monkeypatch.chdir(plugin)

    with_uv = Packaged(biot_plugin("package", "--json").document)

    native = f"msgspec/_core.cpython-{target.replace('.', '')}-x86_64-linux-gnu.so"
    assert {"iniconfig/__init__.py", native} <= set(with_uv.names)
    assert not any("colorama" in name for name in with_uv.names)

    monkeypatch.setenv("PATH", path_without("uv"))
    monkeypatch.setattr(sys, "prefix", "/nowhere")
    (plugin / ".cache").rename(tmp_path / "cache")
    done = biot_plugin("package", "-o", tmp_path / "pip.zip", "--json")
    assert done.exit_code == 0, done.err
    assert done.document["sha256"] == with_uv.document["sha256"]
