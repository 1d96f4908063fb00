"""The lock file of a new plugin is what `make setup` would write, wherever the plugin will be."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from biot_plugin_cli.template.creation import lock_file
from biot_plugin_cli.template.creation.lock_file import lock_dependencies
from tests.scaffold.packages import THIS, UV, make_wheel
from tests.scaffold.support import entries

pytestmark = pytest.mark.slow

PYPROJECT = """[project]
name = "demo"
version = "0"
dependencies = ["tiny"]

[[tool.uv.index]]
name = "here"
url = "../wheels"
format = "flat"
explicit = true

[tool.uv.sources]
tiny = { index = "here" }
"""


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody without a package index, and with nothing of one in the cache."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    make_wheel(tmp_path / "wheels", "tiny")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "somewhere" / "else" / "files"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    return folder


def _assert_fresh(folder: Path) -> None:
    command = [str(UV), "lock", "--check", "--python", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", ["demo", "existing", "link", "wheels/../demo"])
def test_relative_paths_lead_from_where_the_plugin_will_be(tmp_path: Path, files: Path, place: str) -> None:
    (tmp_path / "existing").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    before = entries(tmp_path)

    assert lock_dependencies(files, tmp_path / place, THIS) is None

    assert [name for name in entries(tmp_path) if name != "cache"] == [name for name in before if name != "cache"]
    (tmp_path / "final").mkdir()
    for file in files.iterdir():
        file.rename(tmp_path / "final" / file.name)
    assert 'registry = "../wheels"' in (tmp_path / "final" / "uv.lock").read_text()
    _assert_fresh(tmp_path / "final")


def test_parents_that_are_missing_count(tmp_path: Path, files: Path) -> None:
    (files / "pyproject.toml").write_text(PYPROJECT.replace("../wheels", "../../../wheels"))

    assert lock_dependencies(files, tmp_path / "a" / "a" / "demo", THIS) is None

    assert not (tmp_path / "a").exists()
    (tmp_path / "a" / "a").mkdir(parents=True)
    files.rename(tmp_path / "a" / "a" / "demo")
    _assert_fresh(tmp_path / "a" / "a" / "demo")


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="this system has no other file system to write to")
def test_the_files_may_be_on_another_file_system(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        (Path(folder) / "pyproject.toml").write_text(PYPROJECT)

        assert lock_dependencies(Path(folder), tmp_path / "demo", THIS) is None

        assert entries(Path(folder)) == ["pyproject.toml", "uv.lock"]


def test_the_tools_beside_an_old_python_are_locked_too(tmp_path: Path, files: Path) -> None:
    (files / ".tools").mkdir()
    (files / ".tools" / "pyproject.toml").write_text(PYPROJECT.replace("../wheels", "../../wheels"))

    assert lock_dependencies(files, tmp_path / "demo", THIS) is None

    assert 'registry = "../../wheels"' in (files / ".tools" / "uv.lock").read_text()
    assert 'registry = "../wheels"' in (files / "uv.lock").read_text()


def test_what_is_on_no_index_is_named(tmp_path: Path, files: Path) -> None:
    (files / "pyproject.toml").write_text(PYPROJECT.replace('"tiny"', '"nowhere-to-be-found"'))

    reason = lock_dependencies(files, tmp_path / "demo", THIS)

    assert reason
    assert "nowhere-to-be-found" in reason
    assert "\n" not in reason
    assert entries(files) == ["pyproject.toml"]


def test_an_index_that_does_not_answer_costs_a_limited_time(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "uv"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(lock_file, "find_uv", lambda _: hanging)
    monkeypatch.setattr(lock_file, "_SECONDS", 0.05)

    assert lock_dependencies(files, tmp_path / "demo", THIS) == "uv took longer than 0.05 s"


def test_the_cache_serves_where_the_index_does_not(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    online_fails = tmp_path / "uv"
    online_fails.write_text(
        f'#!/bin/sh\ncase "$*" in *--offline*) exec "{UV}" "$@";; esac\necho "error: dns" >&2; exit 2\n'
    )
    online_fails.chmod(0o755)
    monkeypatch.setattr(lock_file, "find_uv", lambda _: online_fails)

    assert lock_dependencies(files, tmp_path / "demo", THIS) is None
    assert (files / "uv.lock").is_file()


def test_without_uv(tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_file, "find_uv", lambda _: None)

    assert lock_dependencies(files, tmp_path / "demo", THIS) == "uv is not on this machine"


def test_without_the_runtime(tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_file, "find_interpreter", lambda _: None)

    assert lock_dependencies(files, tmp_path / "demo", "python3.14") == "python3.14 is not on this machine"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[tool.uv.workspace]\nmembers = ["plugins/*"]\n', "the uv workspace"),
        ('[tool.uv.workspace]\nmembers = ["./plugins/../**"]\n', "the uv workspace"),
        ('[tool.uv.workspace]\nmembers = ["plugins/*"]\nexclude = ["plugins/d*"]\n', "the uv workspace"),
        ('[tool.uv.workspace]\nmembers = ["plugin*", "*/*/demo", "demo"]\n', None),
        ("[tool", "Cannot read"),
        ("[tool.uv]\n", None),
    ],
)
def test_a_workspace_above_is_not_changed(tmp_path: Path, files: Path, text: str, sentence: str | None) -> None:
    (tmp_path / "root" / "plugins").mkdir(parents=True)
    (tmp_path / "root" / "pyproject.toml").write_text(text)
    (files / "pyproject.toml").write_text(PYPROJECT.replace("../wheels", "../../../wheels"))

    reason = lock_dependencies(files, tmp_path / "root" / "plugins" / "demo", THIS)

    assert (reason is None) if sentence is None else (reason and reason.startswith(sentence))
    assert entries(tmp_path / "root") == ["plugins", "pyproject.toml"]
    assert entries(tmp_path / "root" / "plugins") == []


def test_a_folder_that_cannot_be_written(files: Path) -> None:
    reason = lock_dependencies(files, Path("/proc/demo"), THIS)

    assert reason
    assert reason.startswith("a folder beside /proc/demo cannot be written (")


def test_what_a_checkout_needs_from_itself_is_found_from_any_depth(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name, needed in (("outer", '"inner"'), ("inner", "")):
        (checkout / name).mkdir(parents=True)
        sources = '[tool.uv.sources]\ninner = { path = "../inner", editable = true }\n' if needed else ""
        text = f'[project]\nname = "{name}"\nversion = "0"\ndependencies = [{needed}]\n\n{sources}'
        (checkout / name / "pyproject.toml").write_text(text)
    places = "".join(f'{name} = {{ path = "{checkout / name}", editable = true }}\n' for name in ("outer", "inner"))
    project = (
        f'[project]\nname = "demo"\nversion = "0"\ndependencies = ["outer", "inner"]\n\n[tool.uv.sources]\n{places}'
    )

    for folder in (tmp_path / "demo", tmp_path / "deeper" / "than" / "that"):
        folder.mkdir(parents=True)
        (folder / "pyproject.toml").write_text(project)
    assert lock_dependencies(tmp_path / "demo", tmp_path / "demo", THIS) is None

    deep = tmp_path / "deeper" / "than" / "that"
    (deep / "uv.lock").write_bytes((tmp_path / "demo" / "uv.lock").read_bytes())
    _assert_fresh(tmp_path / "demo")
    _assert_fresh(deep)
