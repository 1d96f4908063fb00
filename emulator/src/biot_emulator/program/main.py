"""The program `biot-emulator`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import NoReturn

from biot_emulator.admin_credentials import CredentialsInvalid
from biot_emulator.errors import EmulatorError
from biot_emulator.learning.options import add_learn_options
from biot_emulator.program.errors import UsageError
from biot_emulator.program.serve_options import add_serve_options
from biot_emulator.registry.outside.address import RegistryAddressInvalid
from biot_emulator.server.signals import stop_requests, termination_signals
from biot_emulator.standard_streams import (
    CLOSED_PIPE,
    OutputClosed,
    open_streams,
    print_error,
    print_line,
    require_output,
)
from biot_emulator.state.folder_lock import locked

__all__ = ["main", "run"]

# The state, its keys and the code of plugins are nobody else's to read.
_UMASK = 0o077


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}: see {self.prog} --help")

    def print_help(self, file: object = None) -> None:  # noqa: ARG002 - that of argparse
        # argparse ignores that the output cannot be written.
        print_line(self.format_help().rstrip())


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print_line(metadata.version("biot-emulator"))
        parser.exit()


def main() -> NoReturn:
    """Run `biot-emulator`."""
    os.umask(_UMASK)
    open_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the program.

    Returns:
        Its exit code: 0 done, 1 failed, 2 the command line is wrong, 141 nobody reads the output.
    """
    try:
        _run(arguments)
        require_output()
    except (UsageError, CredentialsInvalid, RegistryAddressInvalid) as error:
        return _fail(error, 2)
    except OutputClosed:
        return CLOSED_PIPE
    except EmulatorError as error:
        return _fail(error, 1)
    return 0


def _run(arguments: Sequence[str]) -> None:
    try:
        options = _parser().parse_args(arguments or ["--help"])
    except SystemExit:  # it has printed the help, or the version
        return
    options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("biot-emulator", description="The BioT platform on your own machine.", allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    learn = commands.add_parser("learn", help="ask a real environment how it behaves", allow_abbrev=False)
    add_learn_options(learn)
    learn.set_defaults(run=_learn)
    serve = commands.add_parser("serve", help="serve the platform until interrupted", allow_abbrev=False)
    add_serve_options(serve)
    serve.set_defaults(run=_serve)
    return parser


def _learn(options: argparse.Namespace) -> None:
    from biot_emulator.learning.command import learn

    with stop_requests() as requests:
        learn(options, requests)


def _serve(options: argparse.Namespace) -> None:
    with termination_signals() as wait, locked(options.data):
        from biot_emulator.program.serve import serve

        serve(options, wait)


def _fail(error: EmulatorError, exit_code: int) -> int:
    print_error(f"Error: {error}")
    return exit_code
