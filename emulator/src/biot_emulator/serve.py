"""The program `biot-emulator`."""

from __future__ import annotations

import argparse
import gc
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from biot_emulator.admin_credentials import (
    REGISTRY_VARIABLE,
    VARIABLE,
    CredentialsInvalid,
    is_readable_by_others,
    parse_credentials,
    read_file,
)
from biot_emulator.errors import EmulatorError
from biot_emulator.hooks.failure_policies import POLICIES
from biot_emulator.hooks.plugin_failures import FAILURES
from biot_emulator.learning.options import add_learn_options
from biot_emulator.registry.outside.address import RegistryAddress, RegistryAddressInvalid
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
from biot_emulator.state.unavailable_data import not_writable

__all__ = ["UsageError", "main"]

_PORTS = 65_536
_USERNAME = "admin@localhost"
_LOGIN = "USER:PASSWORD"
# The state, its keys and the code of plugins are nobody else's to read.
_UMASK = 0o077


class UsageError(EmulatorError):
    """The command line is wrong."""


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
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    serve.add_argument("--port", default=8787, type=_port, help="the port; 0 takes a free one (default: %(default)s)")
    serve.add_argument("--data", type=Path, metavar="DIR", help="store the state here (default: in memory)")
    serve.add_argument(
        "--seed", type=Path, metavar="FILE", help="templates, users and entities to fill a new state with, once"
    )
    admin = serve.add_mutually_exclusive_group()
    admin.add_argument(
        "--admin",
        type=_admin,
        metavar="EMAIL:PASSWORD",
        help="the administrator's credentials, which other users of this machine can see here (default: generated)",
    )
    admin.add_argument(
        "--admin-file", type=Path, metavar="FILE", help=f"a file with EMAIL:PASSWORD (or set {VARIABLE} to that)"
    )
    serve.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="certificates of authorities to trust, in PEM form, for plugins and a registry at https addresses",
    )
    serve.add_argument(
        "--registry",
        metavar="URL",
        help="the registry with the images of plugins, as https://[USER:PASSWORD@]HOST[:PORT]/REPOSITORY "
        "(default: the emulator's own, at its own address)",
    )
    serve.add_argument(
        "--registry-login-file",
        type=Path,
        metavar="FILE",
        help=f"a file with USER:PASSWORD for the registry (or set {REGISTRY_VARIABLE} to that)",
    )
    serve.add_argument(
        "--platform", type=Path, metavar="FILE", help="behave as the platform that this file of `learn` is about"
    )
    for failure, meaning in FAILURES.items():
        serve.add_argument(
            f"--on-{failure}",
            choices=POLICIES,
            help=f"when a plugin {meaning} (default: what --platform says, or else fail)",
        )
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= _PORTS:
        raise argparse.ArgumentTypeError(f"invalid port {text}: choose one from 1 to {_PORTS - 1}, or 0 for a free one")
    return int(text)


def _admin(text: str) -> tuple[str, str]:
    try:
        return parse_credentials(text, "it")
    except CredentialsInvalid:
        raise argparse.ArgumentTypeError("invalid credentials: write EMAIL:PASSWORD") from None


def _credentials(options: argparse.Namespace) -> tuple[str, str] | None:
    """Return the administrator's credentials; None if they are to be generated."""
    # In any case: what the emulator starts must not inherit it.
    variable = os.environ.pop(VARIABLE, "")
    credentials: tuple[str, str] | None = options.admin
    if credentials:
        _warn(f"other users of this machine can see this password: set {VARIABLE}, or use --admin-file, instead")
        return credentials
    if options.admin_file:
        _warn_of_readers(options.admin_file)
        return read_file(options.admin_file)
    return parse_credentials(variable, VARIABLE) if variable else None


def _registry(options: argparse.Namespace) -> RegistryAddress | None:
    """Return the address of the registry, with the log-in; None for the emulator's own."""
    # In any case: what the emulator starts must not inherit it.
    variable = os.environ.pop(REGISTRY_VARIABLE, "")
    if options.registry is None:
        if options.registry_login_file:
            raise UsageError("--registry-login-file is for a registry elsewhere: name that with --registry too")
        return None
    address = RegistryAddress.parse(options.registry)
    if address.user:
        _warn(f"other users of this machine can see this password: set {REGISTRY_VARIABLE}, or use a file, instead")
    if file := options.registry_login_file:
        _warn_of_readers(file)
        return address.with_login(*read_file(file, _LOGIN))
    return address.with_login(*parse_credentials(variable, REGISTRY_VARIABLE, _LOGIN)) if variable else address


def _warn_of_readers(file: Path) -> None:
    if is_readable_by_others(file):
        _warn(f"other users of this machine can read {file}: take that right from them")


def _learn(options: argparse.Namespace) -> None:
    from biot_emulator.learning.command import learn

    with stop_requests() as requests:
        learn(options, requests)


def _serve(options: argparse.Namespace) -> None:
    with termination_signals() as wait, locked(options.data):
        _serve_until(wait, options)


def _serve_until(wait: Callable[[], None], options: argparse.Namespace) -> None:
    from biot_emulator.behaviour.file import read_behaviour
    from biot_emulator.build import build_platform
    from biot_emulator.http.certificates import trust
    from biot_emulator.seed.document import read_seed
    from biot_emulator.seed.filling import fill
    from biot_emulator.server.background_thread import LOOPBACK, Server
    from biot_emulator.state.store import Store

    credentials, registry = _credentials(options), _registry(options)
    certificates = trust(options.ca_file) if options.ca_file else None
    admin = credentials or (_USERNAME, secrets.token_urlsafe(12))
    policies = _policies(options)
    behaviour = read_behaviour(options.platform) if options.platform else None
    seed = read_seed(options.seed) if options.seed else None
    try:
        with ExitStack() as on_failure:
            store = Store(options.data)
            on_failure.callback(store.close)
            platform = build_platform(
                store,
                admin=admin,
                policies=policies,
                behaviour=behaviour,
                certificates=certificates,
                outside_registry=registry,
            )
            on_failure.pop_all()
            on_failure.callback(platform.close)
            if seed:
                _fill(options.seed, lambda: fill(platform, store, seed, admin))
            on_failure.pop_all()
    except OSError as error:
        raise not_writable(options.data, error) from error
    with Server(platform, options.host, options.port) as server:
        if options.host not in LOOPBACK:
            _warn(f"others can reach {server.url}, and try to log in")
        if not credentials:
            print_line(f"administrator {admin[0]} with password {admin[1]}")
        print_line(f"listening on {server.url}")
        # What the program has by now stays to its end: all calls wait while garbage is looked for among it.
        gc.freeze()
        wait()


def _fill(file: Path, fill_platform: Callable[[], bool]) -> None:
    from biot_emulator.seed.errors import SeedInvalid

    try:
        if not fill_platform():
            print_line(f"the state was filled with {file} before")
    except SeedInvalid as error:
        raise SeedInvalid(f"{file}: {error}") from None


def _policies(options: argparse.Namespace) -> dict[str, str]:
    """Return the policies that were asked for, by failure."""
    requested = {str(failure): getattr(options, f"on_{failure.replace('-', '_')}") for failure in FAILURES}
    return {failure: policy for failure, policy in requested.items() if policy}


def _warn(warning: str) -> None:
    print_error(f"Warning: {warning}")


def _fail(error: EmulatorError, exit_code: int) -> int:
    print_error(f"Error: {error}")
    return exit_code
