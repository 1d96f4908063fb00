"""However `new-plugin` and `upgrade` end, things are as they were, or complete."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from biot_plugin_cli.git.runner import commit_all, git
from tests.scaffold.support import entries
from tests.scaffold.upgrades import change, files_of, program, second_version, state

pytestmark = pytest.mark.slow

# Parts of the time that an undisturbed run takes: some in every run, and the others as part of the matrix.
SOME, OTHERS = (0.5, 0.8, 0.95), (0.3, 0.4, 0.6, 0.65, 0.75, 0.85, 0.9, 0.97, 0.99)
moments = pytest.mark.parametrize("moments", [SOME, pytest.param(OTHERS, marks=pytest.mark.matrix)], ids=str)
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


def _end(command: list[str], seconds: float, number: int) -> int:
    """Run a program, send it a signal after some time unless it has ended, and give its exit code."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    return process.wait(60)


def _time(command: list[str]) -> float:
    begin = time.monotonic()
    assert subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode in (0, 1)
    return time.monotonic() - begin


def _reset(plugin: Path) -> None:
    git(plugin, "reset", "--quiet", "--hard")
    git(plugin, "clean", "--quiet", "-d", "--force", "-x")
    (plugin / ".git" / "ORIG_HEAD").unlink(missing_ok=True)


@moments
def test_an_upgrade_that_gets_a_signal(
    plugin: Path, templates: Path, temporary: Path, moments: tuple[float, ...]
) -> None:
    change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 14")
    commit_all(plugin, "Make it mine")
    second_version(templates)
    before, command = state(plugin), program(templates, "biot-plugin", "upgrade")
    duration = _time(command)
    complete = files_of(plugin)
    _reset(plugin)

    for count, moment in enumerate(moments):
        exit_code = _end(command, duration * moment, ENDING[count % len(ENDING)])

        # It was complete, with its conflict, or even about to exit, when Python handles no signal any more.
        if exit_code == 1 or (exit_code < 0 and files_of(plugin) == complete):
            assert files_of(plugin) == complete
            _reset(plugin)
        else:
            assert exit_code in {*(128 + number for number in ENDING), *(-number for number in ENDING)}
            assert state(plugin) == before, (moment, exit_code)
        assert entries(temporary) == []


@moments
def test_an_upgrade_that_is_killed(plugin: Path, templates: Path, temporary: Path, moments: tuple[float, ...]) -> None:
    second_version(templates)
    command = program(templates, "biot-plugin", "upgrade")
    duration = _time(command)
    complete = files_of(plugin)
    for moment in moments[1:]:
        _reset(plugin)

        _end(command, duration * moment, signal.SIGKILL)
        again = subprocess.run(command, capture_output=True, text=True, check=False)

        if "uncommitted changes" not in again.stderr:  # it was killed after its end
            assert again.returncode == 0, again.stderr
        assert files_of(plugin) == complete
        assert entries(temporary) == []
        assert not (plugin / ".git" / "biot-plugin-upgrade").exists()


@moments
def test_a_new_plugin_that_gets_a_signal(
    templates: Path, temporary: Path, tmp_path: Path, moments: tuple[float, ...]
) -> None:
    destination = tmp_path / "place" / "p" / "q" / "demo"
    (tmp_path / "place").mkdir()
    command = program(templates, "new-plugin", destination, "--defaults", "--no-lock")
    duration = _time(command)
    complete = files_of(destination)
    for count, moment in enumerate(moments[:-1]):
        shutil.rmtree(tmp_path / "place" / "p", ignore_errors=True)

        exit_code = _end(command, duration * moment, ENDING[count % len(ENDING)])

        # A signal may also come once everything is done, when nothing but the end of the program is left.
        assert entries(tmp_path / "place") in ([["p"]] if exit_code == 0 else [[], ["p"]])
        assert not destination.exists() or files_of(destination) == complete
        assert entries(temporary) == []


@moments
def test_a_new_plugin_that_is_killed(
    templates: Path, temporary: Path, tmp_path: Path, moments: tuple[float, ...]
) -> None:
    (tmp_path / "place").mkdir()
    command = program(templates, "new-plugin", tmp_path / "place" / "q" / "other", "--defaults", "--no-lock")
    duration = _time(command)
    for count, moment in enumerate(moments[:-1]):
        killed = program(templates, "new-plugin", tmp_path / "place" / str(count) / "demo", "--defaults", "--no-lock")
        _end(killed, duration * moment, signal.SIGKILL)
    shutil.rmtree(tmp_path / "place" / "q")

    assert _time(command)

    assert not [name for name in entries(tmp_path / "place") if name.startswith(".")]
    for made in (tmp_path / "place").glob("*/*"):
        assert git(made, "status", "--porcelain") == ""
    assert entries(temporary) == []


def test_the_children_of_a_program_end_with_it(plugin: Path, templates: Path, temporary: Path, tmp_path: Path) -> None:
    """A git that hangs is ended with the program that waits for it, and not afterwards."""
    second_version(templates)
    started = tmp_path / "started"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(
        f"""#!/bin/sh
case "$*" in *clone*) echo $$ > "{started}"; exec sleep 60;; esac
PATH="${{PATH#*:}}" exec git "$@"
"""
    )
    (tmp_path / "bin" / "git").chmod(0o755)
    before = state(plugin)
    process = subprocess.Popen(
        program(templates, "biot-plugin", "upgrade"),
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
    )
    while not started.exists() or not started.read_text().endswith("\n"):
        assert process.poll() is None
        time.sleep(0.02)
    child = int(started.read_text())

    process.terminate()

    assert process.communicate(timeout=60)[1] == b"Interrupted\n"
    assert process.returncode == 128 + signal.SIGTERM
    # Whoever adopted it may not have taken note of its end yet.
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
    assert state(plugin) == before
    assert entries(temporary) == []
