from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pytest
import typer

from biot_plugin_cli import main
from biot_plugin_cli.errors import Interrupted, PlatformRefused
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.terminal import app as terminal_app
from biot_plugin_cli.terminal.console import print_json
from tests.scaffold.support import Program


def _program(error: BaseException, *arguments: str) -> object:
    app = terminal_app.new_app("A program.")

    @app.command()
    def fail(
        _debug: terminal_app.Debug = False,
        _json: Annotated[bool, typer.Option("--json")] = False,
        begun: Annotated[bool, typer.Option("--begun")] = False,
    ) -> None:
        if begun:
            print_json({"n": 1})
        raise error

    with pytest.raises(SystemExit) as stop:
        terminal_app.run(app, "program", arguments)
    return stop.value.code


def test_our_errors_are_one_sentence_and_their_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(PlatformRefused("The name is taken: choose another")) == 5

    assert capsys.readouterr().err == "error: The name is taken: choose another\n"


def test_a_bug_is_one_sentence_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(ZeroDivisionError("division by zero")) == 1

    captured = capsys.readouterr().err
    assert captured.count("\n") == 1
    assert "ZeroDivisionError" in captured
    assert "--debug" in captured


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


@pytest.mark.parametrize(
    ("error", "document"),
    [
        (PlatformRefused("Choose another"), {"error": "Choose another", "exitCode": 5}),
        (Refusal("Log in", 403, "LOGIN_FAILED"), {"error": "Log in", "exitCode": 5, "code": "LOGIN_FAILED"}),
        (Refusal("It is new", 400), {"error": "It is new", "exitCode": 5}),
    ],
)
def test_machines_read_a_failure_as_a_document(
    error: Exception, document: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _program(error, "--json") == 5

    captured = capsys.readouterr()
    assert json.loads(captured.out) == document
    assert captured.err == f"error: {error}\n"


@pytest.mark.parametrize("arguments", [("--json", "--nonsense"), ("--nonsense", "--json")])
def test_a_wrong_command_line_is_a_document_too(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(AssertionError("unreachable"), *arguments) == 2

    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"error": "No such option: --nonsense: see program --help", "exitCode": 2}
    assert captured.err == "error: No such option: --nonsense: see program --help\n"


def test_so_is_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(ZeroDivisionError("no"), "--json") == 1

    document = json.loads(capsys.readouterr().out)
    assert (document["exitCode"], "This is a bug" in document["error"]) == (1, True)


def test_where_a_command_has_printed_its_document_there_is_no_second(capsys: pytest.CaptureFixture[str]) -> None:
    assert _program(PlatformRefused("no"), "--json", "--begun") == 5

    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"n": 1}
    assert captured.err == "error: no\n"


@pytest.mark.parametrize("arguments", [(), ("--", "--json")])
def test_people_read_a_failure_once(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    _program(PlatformRefused("no"), "--json")
    capsys.readouterr()

    _program(PlatformRefused("no"), *arguments)

    assert capsys.readouterr().out == ""


def test_every_command_gives_a_document_where_it_fails(
    biot_plugin: Program, create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = list(typer.main.get_command(main.application()).commands)  # type: ignore[attr-defined]
    assert len(commands) > 10
    more = {"invoke": ["none.json"], "event": ["nonsense"], "hooks": ["nonsense"]}
    for command in commands:
        outcome = biot_plugin(command, *more.get(command, ()), "--json")
        assert outcome.exit_code, command
        assert outcome.document["exitCode"] == outcome.exit_code, command
        assert outcome.err == f"error: {outcome.document['error']}\n"
    outcome = create("--json")
    assert outcome.document == {"error": outcome.err[len("error: ") : -1], "exitCode": 2}
