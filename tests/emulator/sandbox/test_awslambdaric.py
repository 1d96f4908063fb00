from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator import ClientUnavailable, Function, Runtime, RuntimeClient, SandboxUnavailable
from biot_emulator.sandbox import awslambdaric
from biot_emulator.sandbox.commands import run_command
from tests.emulator.conftest import CLIENTS

OWN = "python{}.{}".format(*sys.version_info)
VERSIONS = ("python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14")


def find(version: str) -> Path | None:
    """Find an interpreter outside of any virtual environment."""
    base = Path(sys._base_executable)  # type: ignore[attr-defined]
    managers = sorted(base.parents[2].glob(f"*/bin/{version}")) if "versions" in base.parts else []
    candidates = [base.with_name(version), *managers, Path(shutil.which(version) or "/none")]
    return next((path for path in candidates if path.exists() and "shims" not in path.parts), None)


def interpreter(version: str) -> Path:
    python = find(version)
    if python is None:
        pytest.skip(f"this machine has no {version}")
    return python


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "biot-plugin" / "awslambdaric"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    module = "type(context).__module__.partition('.')[0]"
    code = f"import sys\ndef handler(event, context): return [sys.version_info[:2], sys.path, {module}]\n"
    (tmp_path / "index.py").write_text(code)
    return tmp_path


def test_the_client_beside_us_serves_the_same_version_without_a_network(
    cache: Path, plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for _ in range(2):
        with Runtime(Function(plugin, interpreter(OWN), "demo")) as runtime:
            version, path, _ = runtime.invoke({}).reply
        assert tuple(version) == sys.version_info[:2]
        # Last, so that it hides nothing of the plugin's.
        assert path[0] == str(plugin)
        assert path[-1] == str(cache / OWN.removeprefix("python"))
        assert [entry.name for entry in cache.iterdir()] == [OWN.removeprefix("python")]


@pytest.mark.slow
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_runtime_is_served_by_either_client(plugin: Path, version: str, client: RuntimeClient) -> None:
    try:
        with Runtime(Function(plugin, interpreter(version), "demo", timeout=20, client=client)) as runtime:
            reply = runtime.invoke({}).reply
    except ClientUnavailable as error:
        pytest.skip(f"AWS's runtime client cannot be had here: {error}")
    assert reply[0] == [int(part) for part in version.removeprefix("python").split(".")]
    assert (reply[2] == "awslambdaric") is (client == "awslambdaric")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("length", [70_000, 1_000_000, 2_000_000])
def test_an_exception_with_a_long_message_is_reported_as_itself(
    tmp_path: Path, client: RuntimeClient, length: int
) -> None:
    (tmp_path / "index.py").write_text(f"def handler(event, context): raise ValueError('é' + 'x' * {length})\n")
    with Runtime(Function(tmp_path, Path(sys.executable), "demo", client=client)) as runtime:
        error = runtime.invoke({}).error
    assert error
    assert (error.type, error.message[:2], len(error.message)) == ("ValueError", "éx", 1 + length)


@pytest.mark.slow
def test_without_a_package_index_our_own_client_takes_over_and_nothing_is_left(
    cache: Path, plugin: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in (("PIP_NO_INDEX", "1"), ("UV_OFFLINE", "1"), ("UV_CACHE_DIR", str(tmp_path / "uv"))):
        monkeypatch.setenv(name, value)
    other = next((version for version in VERSIONS if version != OWN and find(version)), "another Python")
    function = Function(plugin, interpreter(other), "demo", timeout=20)
    with Runtime(function) as runtime:
        assert runtime.invoke({}).reply[2] == "biot_emulator"
    with pytest.raises(ClientUnavailable, match="could not be installed"):
        Runtime(function._replace(client="awslambdaric")).start()
    assert list(cache.iterdir()) == []


def test_what_cannot_be_had_is_looked_for_once(cache: Path, plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.parent.mkdir(parents=True)
    cache.touch()
    function = Function(plugin, interpreter(OWN), "demo", client="awslambdaric")
    with pytest.raises(ClientUnavailable, match="cannot be written"):
        Runtime(function).start()
    cache.unlink()
    with pytest.raises(ClientUnavailable, match="cannot be written"):
        Runtime(function).start()
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_said_to_those_who_need_it(
    plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plugin / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(plugin / "file"))
    function = Function(plugin, interpreter(OWN), "demo")
    with pytest.raises(ClientUnavailable, match="cannot be written"):
        Runtime(function._replace(client="awslambdaric")).start()
    assert not psutil.Process().children()
    with Runtime(function) as runtime:
        assert runtime.invoke({}).reply[2] == "biot_emulator"


@pytest.mark.parametrize("in_one_process", [True, False])
def test_an_interpreter_is_started_anew_only_for_what_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, in_one_process: bool
) -> None:
    """Each cold start of a plugin asks, and a process takes longer than all else that is prepared."""
    packages, started = tmp_path / "packages", list[str]()
    packages.mkdir()
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={packages} exec {interpreter(OWN)} -S "$1" "$3" "$4"\n')
    python.chmod(0o755)

    def count(command: Any, timeout: float) -> Any:
        started.append(command[0])
        return run_command(command, timeout)

    monkeypatch.setattr(awslambdaric, "run_command", count)
    for _ in range(3):
        if not in_one_process:
            awslambdaric._interpreters.clear()
        assert awslambdaric.probe(python) == (OWN.removeprefix("python"), False)
    assert len(started) == 1
    for name in ("awslambdaric", "runtime_client", "simplejson"):
        (packages / f"{name}.py").touch()
    for _ in range(3):
        assert awslambdaric.probe(python) == (OWN.removeprefix("python"), True)
    assert len(started) == 2
    (memory,) = cache.with_name("interpreters").iterdir()
    for content in ("", "[]", "{}", '{"version": 3, "has_client": true, "folders": [], "times": []}', '{"folders": 1}'):
        memory.write_text(content)
        awslambdaric._interpreters.clear()
        assert awslambdaric.probe(python) == (OWN.removeprefix("python"), True)
    python.unlink()
    with pytest.raises(SandboxUnavailable, match="does not run"):
        awslambdaric.probe(python)


def test_the_settings_of_a_virtual_environment_are_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    started = list[str]()

    def count(command: Any, timeout: float) -> Any:
        started.append(command[0])
        return run_command(command, timeout)

    monkeypatch.setattr(awslambdaric, "run_command", count)
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(interpreter(OWN))
    for _ in range(2):
        (tmp_path / "pyvenv.cfg").write_text(f"home = {interpreter(OWN).parent}")
        for _ in range(2):
            awslambdaric._interpreters.clear()
            awslambdaric.probe(python)
        (tmp_path / "pyvenv.cfg").unlink()
    assert len(started) == 2


def test_what_cannot_be_remembered_is_asked_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    awslambdaric._interpreters.clear()
    assert awslambdaric.probe(interpreter(OWN)) == awslambdaric.probe(interpreter(OWN))
