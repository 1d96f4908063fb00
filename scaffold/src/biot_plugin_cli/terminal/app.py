"""The start and end of both programs: arguments in, one sentence on stderr and an exit code out.

A traceback appears only with `--debug`.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from biot_plugin_cli.errors import CliError, Interrupted, OutputClosed
from biot_plugin_cli.terminal import signals, streams
from biot_plugin_cli.terminal.console import expect_json, print_failure, print_lines
from biot_plugin_cli.terminal.start.plain_values import command_of

__all__ = ["Debug", "new_app", "run"]

_debug = False


def _enable_debug(value: bool) -> bool:
    global _debug
    _debug = _debug or value
    return value


Debug = Annotated[
    bool, typer.Option("--debug", callback=_enable_debug, is_eager=True, help="Show the traceback of an error.")
]


def new_app(help_text: str) -> typer.Typer:
    """Create a typer application that leaves error handling to `run`.

    Args:
        help_text: The first paragraph of `--help`.
    """
    return typer.Typer(
        help=help_text,
        add_completion=True,
        rich_markup_mode=None,  # importing rich to colour a help text would treble its time
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def run(app: typer.Typer, program: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a program and exit. Signals that end it are interruptions, and everything that it began is undone.

    Args:
        app: The application.
        program: Its name, as users type it.
        arguments: The command line without the program; `sys.argv` when None.

    Raises:
        SystemExit: Always, with the exit code.
    """
    global _debug
    _debug = False
    expect_json(sys.argv[1:] if arguments is None else arguments)
    with streams.guarded(), signals.handled():
        code = _run(app, program, arguments)
        sys.exit(_finish(program, code))


def _run(app: typer.Typer, program: str, arguments: Sequence[str] | None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = command_of(app)(args=words, prog_name=program, standalone_mode=False)
        if code == Interrupted.exit_code:  # typer turns an interruption into this return value
            raise KeyboardInterrupt
    except Exception as error:
        if _debug:
            print_lines(traceback.format_exc().rstrip("\n"))
        code = _report(error, program)
    except KeyboardInterrupt:
        code = _report_interruption()
    return code if isinstance(code, int) else 0


def _finish(program: str, code: int) -> int:
    try:
        streams.finish()
    except CliError as error:
        return code or _report(error, program)
    return code


def _report(error: Exception, program: str) -> int:
    """Print an error and return its exit code."""
    if isinstance(error, OutputClosed):
        return error.exit_code
    if isinstance(error, Interrupted):
        return _fail(str(error), signals.exit_code(), error.code)
    if isinstance(error, CliError):
        return _fail(str(error), error.exit_code, error.code)
    if isinstance(error, typer.TyperException):
        # The choices of an argument are put on lines of their own.
        reason = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
        return _fail(f"{reason}: see {program} --help", error.exit_code)
    if isinstance(error, typer.Abort):
        return _report_interruption()
    return _fail(
        f"{program} crashed with {type(error).__name__}: {error}. This is a bug; run again with --debug for details",
        1,
    )


def _report_interruption() -> int:
    sys.stderr.write("Interrupted\n")
    return signals.exit_code()


def _fail(message: str, exit_code: int, code: str = "") -> int:
    print_failure(message, exit_code, code)
    return exit_code
