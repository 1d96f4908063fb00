from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from biot_plugin_cli.errors import Interrupted
from biot_plugin_cli.terminal import app as terminal_app, signals

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def _ends(number: int, *, error: BaseException | None = None, complete: bool = False) -> tuple[object, list[str]]:
    """Run a program that gets a signal, and give its exit code and what it did."""
    app, done = terminal_app.new_app("A program."), []

    @app.command()
    def work() -> None:
        try:
            if complete:
                signals.complete()
            os.kill(os.getpid(), number)
            done.append("completed")
        except KeyboardInterrupt:
            done.append("undone")
            raise error or KeyboardInterrupt from None

    with pytest.raises(SystemExit) as stop:
        terminal_app.run(app, "program", [])
    return stop.value.code, done


@pytest.mark.parametrize("number", ENDING)
def test_every_signal_that_ends_a_program_is_an_interruption(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    handlers = [signal.getsignal(number) for number in ENDING]

    assert _ends(number) == (128 + number, ["undone"])

    assert capsys.readouterr().err == "Interrupted\n"
    assert [signal.getsignal(number) for number in ENDING] == handlers


@pytest.mark.parametrize("number", ENDING)
def test_what_cannot_be_undone_says_so_with_the_same_exit_code(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert _ends(number, error=Interrupted("It was sent: look")) == (128 + number, ["undone"])
    assert capsys.readouterr().err == "error: It was sent: look\n"


@pytest.mark.parametrize("number", ENDING)
def test_what_is_complete_is_not_interrupted_any_more(number: int) -> None:
    assert _ends(number, complete=True) == (0, ["completed"])


def test_one_run_does_not_answer_for_another() -> None:
    _ends(signal.SIGTERM)

    assert _ends(signal.SIGINT) == (130, ["undone"])


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert _ends(signal.SIGHUP) == (0, ["completed"])
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_waits_for_the_end_of_what_must_not_be_interrupted() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), signals.uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        done.append(signals.is_pending())
    assert done == [True]
    assert not signals.is_pending()


def test_children_and_their_children_end_with_the_program(tmp_path: Path) -> None:
    has_begun, id = tmp_path / "has-begun", tmp_path / "id"
    script = f"sleep 60 & echo $! > {id}; until [ -e {has_begun} ]; do :; done; kill -TERM {os.getpid()}; wait"
    app = terminal_app.new_app("A program.")

    @app.command()
    def work() -> None:
        process = subprocess.Popen(["sh", "-c", script])
        try:
            has_begun.touch()  # before that, an interruption might leave the process to nobody
            process.wait()
        finally:
            process.wait()

    with pytest.raises(SystemExit) as stop:
        terminal_app.run(app, "program", [])

    assert stop.value.code == 128 + signal.SIGTERM
    grandchild = int(id.read_text())
    while psutil.pid_exists(grandchild) and psutil.Process(grandchild).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)  # for ever, if it was not ended


def test_another_thread_may_do_the_same() -> None:
    done = []

    def work() -> None:
        with signals.handled(), signals.uninterrupted():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
