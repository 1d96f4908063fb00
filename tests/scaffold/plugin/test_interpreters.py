from __future__ import annotations

import sys
from pathlib import Path

import pytest

from biot_emulator.runtime import pythons
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter, newest_runtime, plugin_python

THIS = f"python{sys.version_info.major}.{sys.version_info.minor}"
OTHER = next(runtime for runtime in RUNTIMES if runtime != THIS)


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pythons, "_installed", {})


def _stand_in(file: Path, version: str, works: bool = True) -> Path:
    """Write a program that answers as an interpreter of a version does, or fails as a version manager's does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    answer = f"echo {version}\necho {file}\n" if works else "echo not installed >&2\nexit 127\n"
    file.write_text(f"#!/bin/sh\n{answer}", encoding="utf-8")
    file.chmod(0o755)
    return file


def test_this_interpreter_is_found_outside_of_its_environment() -> None:
    found = find_interpreter(THIS)

    assert found is not None
    assert found.is_absolute()
    assert not (found.parent.parent / "pyvenv.cfg").exists()


def test_what_is_nowhere_is_not_found() -> None:
    assert find_interpreter(OTHER) is None


def test_a_program_that_fails_is_not_believed(tmp_path: Path) -> None:
    _stand_in(tmp_path / "bin" / OTHER, OTHER, works=False)

    assert find_interpreter(OTHER) is None


def test_a_program_of_another_version_is_not_believed(tmp_path: Path) -> None:
    _stand_in(tmp_path / "bin" / OTHER, THIS)

    assert find_interpreter(OTHER) is None


@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("PATH", "{}/bin", "bin"),
        ("PATH", "{}/shims", "versions/3.99.1/bin"),
        ("PYENV_ROOT", "{}/pyenv", "pyenv/versions/3.99.1/bin"),
        ("HOME", "{}", ".pyenv/versions/3.99.1/bin"),
        ("HOME", "{}", ".local/share/uv/python/cpython-3.99.1-linux-x86_64-gnu/bin"),
        ("XDG_DATA_HOME", "{}", "uv/python/cpython-3.99.1-linux-x86_64-gnu/bin"),
        ("UV_PYTHON_INSTALL_DIR", "{}", "cpython-3.99.1-linux-x86_64-gnu/bin"),
    ],
)
def test_every_place_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, place: str
) -> None:
    there = _stand_in(tmp_path / place / OTHER, OTHER)
    monkeypatch.setenv(variable, value.format(tmp_path))

    assert find_interpreter(OTHER) == there


def test_the_real_one_is_found_behind_a_failing_shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(tmp_path / "shims" / OTHER, OTHER, works=False)
    real = _stand_in(tmp_path / "versions" / "3.99.1" / "bin" / OTHER, OTHER)
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    monkeypatch.setenv("HOME", "")

    assert find_interpreter(OTHER) == real


def test_the_newest_is_told(tmp_path: Path) -> None:
    assert newest_runtime() == THIS

    _stand_in(tmp_path / "bin" / RUNTIMES[-1], RUNTIMES[-1])

    assert newest_runtime() == RUNTIMES[-1]


def test_the_plugins_own_environment_comes_first(tmp_path: Path) -> None:
    own = _environment(tmp_path, f"version = {OTHER.removeprefix('python')}.7")

    assert plugin_python(tmp_path, OTHER) == own


def test_an_environment_of_another_version_is_refused(tmp_path: Path) -> None:
    _environment(tmp_path, f"version_info = {OTHER.removeprefix('python')}.7")

    with pytest.raises(OperationFailed, match="make setup"):
        plugin_python(tmp_path, THIS)


def test_any_interpreter_of_the_version_comes_next(tmp_path: Path) -> None:
    assert plugin_python(tmp_path, THIS) == find_interpreter(THIS)


def test_without_any_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match=f"{OTHER}.*make setup"):
        plugin_python(tmp_path, OTHER)


def _environment(root: Path, setting: str) -> Path:
    folder = root / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = /somewhere\n{setting}\n", encoding="utf-8")
    (folder / "bin" / "python").symlink_to(sys.executable)
    return folder / "bin" / "python"
