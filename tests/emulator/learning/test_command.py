"""The command as people run it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from biot_emulator.learning import command
from biot_emulator.learning.credentials import PASSWORD_VARIABLE, USERNAME_VARIABLE
from biot_emulator.learning.session import Session
from biot_emulator.program.main import run
from biot_emulator.testing import Emulator, running
from tests.emulator.learning.in_process import PACE, RUNTIME, everything, probes_in_process

PROGRAM = [sys.executable, "-c", "from biot_emulator.program.main import main; main()", "learn"]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with probes_in_process(), running() as emulator:
        monkeypatch.setenv(USERNAME_VARIABLE, emulator.username)
        monkeypatch.setenv(PASSWORD_VARIABLE, emulator.password)
        yield emulator


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ([], 2, "The following arguments are required: --base-url"),
        (["--base-url", "http://api.example.org"], 1, "A password is not sent without TLS"),
        (["--base-url", "https://127.0.0.1:1", "-o", "/nowhere/platform.json"], 1, "does not exist: create it first"),
        (["--base-url", "https://127.0.0.1:1", "-o", "/"], 1, "is a folder: name a file"),
        (["--base-url", "http://127.0.0.1:1", "--password", "secret"], 2, "Unrecognized arguments"),
    ],
)
def test_a_mistake_gets_one_sentence(
    options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["learn", *options]) == code
    output = capsys.readouterr()
    assert message in output.err
    assert output.err.count("\n") == 1


def test_a_platform_that_is_not_there_is_said(
    platform: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "platform.json"
    assert run(["learn", "--base-url", "http://127.0.0.1:1", "-o", str(output)]) == 1
    assert "http://127.0.0.1:1 did not respond" in capsys.readouterr().err
    assert not output.exists()


def test_a_wrong_password_is_refused_and_never_printed(
    platform: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "not-the-password")
    assert run(["learn", "--base-url", platform.url, "--dry-run"]) == 1
    output = capsys.readouterr()
    assert "LOGIN_FAILED" in output.err
    assert "not-the-password" not in output.err + output.out


def test_a_dry_run_writes_nothing(
    platform: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["learn", "--base-url", platform.url, "--dry-run"]) == 0
    output = capsys.readouterr().out
    assert "this run makes, and removes again" in output
    assert platform.password not in output
    assert not list(tmp_path.iterdir())


def test_without_a_terminal_nothing_is_made_unless_yes_is_said(
    platform: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(platform)
    assert run(["learn", "--base-url", platform.url, "-o", str(tmp_path / "platform.json")]) == 1
    assert "Cannot ask for confirmation (not a terminal): pass --yes" in capsys.readouterr().err
    assert everything(platform) == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_and_nothing_is_left(platform: Emulator, tmp_path: Path, number: int) -> None:
    before = everything(platform)
    output = tmp_path / "platform.json"
    options = ["--base-url", platform.url, "-o", str(output), "--yes", "--runtime", RUNTIME]
    process = subprocess.Popen([*PROGRAM, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while not platform.search("/dispatcher/v1/hooks/interceptions") and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, error) == (1, "Error: Stopped, as requested\n")
    assert "Removed everything that was made" in out
    assert everything(platform) == before
    assert not output.exists()


@pytest.mark.slow
def test_what_is_learned_is_written_and_served(platform: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                              capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.setattr(command, "Session", partial(Session, pace=PACE))
    output = tmp_path / "platform.json"
    assert run(["learn", "--base-url", platform.url, "-o", str(output), "--yes", "--runtime", RUNTIME]) == 0
    said = capsys.readouterr()
    document = json.loads(output.read_text())
    assert document["learnedFrom"] == platform.url
    assert all(f"Not observed: {setting}, as " in said.err for setting in document["notObserved"])
    assert platform.password not in output.read_text() + said.out + said.err
    assert "eyJ" not in output.read_text() + said.out + said.err
