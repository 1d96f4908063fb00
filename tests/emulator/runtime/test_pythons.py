from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from biot_emulator import Function, SandboxUnavailable
from biot_emulator.runtime import pythons
from biot_emulator.runtime.pythons import find_python
from biot_emulator.runtime.worker_pool import Workers

OWN = "python{}.{}".format(*sys.version_info)
RUNTIMES = ["python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]


def test_this_very_python_is_found_and_runs() -> None:
    answer = subprocess.run([find_python(OWN), "-c", "import sys; print(sys.version_info[:2])"], capture_output=True)
    assert answer.stdout.decode().strip() == str(sys.version_info[:2])


def test_the_python_that_runs_this_is_not_started_to_see_whether_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "_installed", {})
    asked = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; print(sys._base_executable)"], capture_output=True, text=True
    )

    def start(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(pythons, "run_command", start)
    assert find_python(OWN) == Path(asked.stdout.strip())


def test_a_name_of_another_version_does_not_make_it_that_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythons, "_installed", {})
    for name in ("HOME", "PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    link = tmp_path / "python3.98"
    link.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(link))
    with pytest.raises(SandboxUnavailable, match=r"No python3\.98 was found"):
        find_python("python3.98")


@pytest.mark.parametrize("runtime", ["python2.7", "python3", "python3.13 ", "python", ""])
def test_what_is_no_python_3_is_refused(runtime: str) -> None:
    with pytest.raises(SandboxUnavailable, match=rf"Lambda has no runtime {runtime}: .* has: .*{OWN}"):
        find_python(runtime)


def test_a_python_that_is_not_there_is_refused_in_one_sentence() -> None:
    with pytest.raises(SandboxUnavailable, match=r"No python3\.99 was found on this machine: install it"):
        find_python("python3.99")


@pytest.mark.parametrize("runtime", ["python3.8", "python3.6", "python3.0", "python3.08"])
def test_a_python_that_lambda_has_no_more_is_refused_and_those_of_this_machine_are_named(runtime: str) -> None:
    with pytest.raises(SandboxUnavailable, match=rf"no functions with {runtime} any more: .* has: .*{OWN}"):
        find_python(runtime)


def test_a_python_that_is_installed_meanwhile_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "_installed", {})
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("HOME", "PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(SandboxUnavailable, match=r"No python3\.98 was found"):
        find_python("python3.98")
    python = tmp_path / "python3.98"
    python.write_text(f"#!/bin/sh\necho python3.98; echo {python}")
    python.chmod(0o755)
    assert find_python("python3.98") == python


@pytest.mark.sampled(4)
@pytest.mark.slow
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_bare_handler_runs_under_each_python_of_this_machine(tmp_path: Path, runtime: str) -> None:
    try:
        python = find_python(runtime)
    except SandboxUnavailable as missing:
        pytest.skip(str(missing))
    (tmp_path / "index.py").write_text("import sys\ndef handler(event, context): return [*sys.version_info[:2], event]")
    workers = Workers()
    try:
        invocation = workers.invoke(Function(tmp_path, python, "bare", timeout=20), {"n": 1})
    finally:
        workers.close()
    assert invocation.error is None
    assert f"python{invocation.reply[0]}.{invocation.reply[1]}" == runtime
    assert invocation.reply[2] == {"n": 1}
