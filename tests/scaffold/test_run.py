from __future__ import annotations

import pytest
import typer

from biot_plugin_cli import _run
from biot_plugin_cli._errors import Interrupted, PlatformRefused


def _program(error: BaseException, *arguments: str) -> object:
    app = _run.new_app("A program.")

    @app.command()
    def fail(_debug: _run.Debug = False) -> None:
        raise error

    with pytest.raises(SystemExit) as stop:
        _run.run(app, "program", arguments)
    return stop.value.code


def test_our_errors_are_one_sentence_and_their_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(PlatformRefused("The name is taken: choose another")) == 5

    assert capsys.readouterr().err == "error: The name is taken: choose another\n"


def test_a_bug_is_one_sentence_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(ZeroDivisionError("division by zero")) == 1

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError" in said
    assert "--debug" in said


@pytest.mark.parametrize("error", [PlatformRefused("no"), ZeroDivisionError("no")])
def test_debug_shows_the_traceback(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    _program(error, "--debug")

    assert "Traceback" in capsys.readouterr().err


def test_the_debug_switch_does_not_outlive_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    _program(PlatformRefused("no"), "--debug")
    capsys.readouterr()

    _program(PlatformRefused("no"))

    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), typer.Abort()])
def test_an_interruption_is_one_word(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(error) == 130

    assert capsys.readouterr().err == "Interrupted\n"


def test_an_interruption_that_leaves_something_open_says_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(Interrupted("Interrupted while it was sent: look")) == 130

    assert capsys.readouterr().err == "error: Interrupted while it was sent: look\n"


def test_a_wrong_command_line_points_to_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(AssertionError("unreachable"), "--nonsense") == 2

    assert capsys.readouterr().err == "error: No such option: --nonsense: see program --help\n"
