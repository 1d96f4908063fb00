"""The options of `biot-emulator serve`, and the variables of the environment that take their place."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from biot_emulator.admin_credentials import (
    REGISTRY_VARIABLE,
    VARIABLE,
    CredentialsInvalid,
    is_readable_by_others,
    parse_credentials,
    read_file,
)
from biot_emulator.hooks.failure_policies import POLICIES
from biot_emulator.hooks.plugin_failures import FAILURES
from biot_emulator.program.errors import UsageError
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.standard_streams import print_warning

__all__ = ["add_serve_options", "find_credentials", "find_policies", "find_registry"]

_PORTS = 65_536
_LOGIN = "USER:PASSWORD"
_SEEN = "other users of this machine can see this password"


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--host", default="127.0.0.1", type=_text, help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument("--port", default=8787, type=_port, help="the port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--data", type=_path, metavar="DIR", help="store the state here (default: in memory)")
    parser.add_argument(
        "--seed", type=_path, metavar="FILE", help="templates, users and entities to fill a new state with, once"
    )
    parser.add_argument(
        "--ca-file",
        type=_path,
        metavar="FILE",
        help="certificates of authorities to trust, in PEM form, for plugins and a registry at https addresses",
    )
    _add_admin_options(parser)
    _add_registry_options(parser)
    _add_behaviour_options(parser)


def _add_admin_options(parser: argparse.ArgumentParser) -> None:
    admin = parser.add_mutually_exclusive_group()
    admin.add_argument(
        "--admin",
        type=_admin,
        metavar="EMAIL:PASSWORD",
        help="the administrator's credentials, which other users of this machine can see here (default: generated)",
    )
    admin.add_argument(
        "--admin-file", type=_path, metavar="FILE", help=f"a file with EMAIL:PASSWORD (or set {VARIABLE} to that)"
    )


def _add_registry_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--registry",
        metavar="URL",
        help="the registry with the images of plugins, as https://[USER:PASSWORD@]HOST[:PORT]/REPOSITORY "
        "(default: the emulator's own, at its own address)",
    )
    parser.add_argument(
        "--registry-login-file",
        type=_path,
        metavar="FILE",
        help=f"a file with USER:PASSWORD for the registry (or set {REGISTRY_VARIABLE} to that)",
    )


def _add_behaviour_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--platform", type=_path, metavar="FILE", help="behave as the platform that this file of `learn` is about"
    )
    for failure, meaning in FAILURES.items():
        parser.add_argument(
            f"--on-{failure}",
            choices=POLICIES,
            help=f"when a plugin {meaning} (default: what --platform says, or else fail)",
        )


def _text(text: str) -> str:
    # As of a variable that is not set: an empty host is every address, and an empty path the current folder.
    if not text:
        raise argparse.ArgumentTypeError("it is empty: write something, or leave the option out")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= _PORTS:
        raise argparse.ArgumentTypeError(f"invalid port {text}: choose one from 1 to {_PORTS - 1}, or 0 for a free one")
    return int(text)


def _admin(text: str) -> tuple[str, str]:
    try:
        return parse_credentials(text, "it")
    except CredentialsInvalid:
        raise argparse.ArgumentTypeError("invalid credentials: write EMAIL:PASSWORD") from None


def find_credentials(options: argparse.Namespace) -> tuple[str, str] | None:
    """Return the administrator's credentials; None if they are to be generated."""
    # In any case: what the emulator starts must not inherit it.
    variable = os.environ.pop(VARIABLE, "")
    credentials: tuple[str, str] | None = options.admin
    if credentials:
        print_warning(f"{_SEEN}: set {VARIABLE}, or use --admin-file, instead")
        return credentials
    if options.admin_file:
        _warn_of_readers(options.admin_file)
        return read_file(options.admin_file)
    return parse_credentials(variable, VARIABLE) if variable else None


def find_registry(options: argparse.Namespace) -> RegistryAddress | None:
    """Return the address of the registry, with the log-in; None for the emulator's own."""
    # In any case: what the emulator starts must not inherit it.
    variable = os.environ.pop(REGISTRY_VARIABLE, "")
    if options.registry is None:
        if options.registry_login_file:
            raise UsageError("--registry-login-file is for a registry elsewhere: name that with --registry too")
        return None
    address = RegistryAddress.parse(options.registry)
    if address.user:
        print_warning(f"{_SEEN}: set {REGISTRY_VARIABLE}, or use a file, instead")
    if file := options.registry_login_file:
        _warn_of_readers(file)
        return address.with_login(*read_file(file, _LOGIN))
    return address.with_login(*parse_credentials(variable, REGISTRY_VARIABLE, _LOGIN)) if variable else address


def find_policies(options: argparse.Namespace) -> dict[str, str]:
    """Return the policies that were asked for, by failure."""
    requested = {str(failure): getattr(options, f"on_{failure.replace('-', '_')}") for failure in FAILURES}
    return {failure: policy for failure, policy in requested.items() if policy}


def _warn_of_readers(file: Path) -> None:
    if is_readable_by_others(file):
        print_warning(f"other users of this machine can read {file}: take that right from them")
