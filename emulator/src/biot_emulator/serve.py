"""The program `biot-emulator`."""

from __future__ import annotations

import argparse
import fcntl
import secrets
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import NoReturn, TextIO

from biot_emulator.errors import EmulatorError
from biot_emulator.hooks.failure_policies import POLICIES, FailurePolicies
from biot_emulator.hooks.plugin_failures import FAILURES

__all__ = ["DataUnavailable", "UsageError", "main"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PORTS = 65_536
_USERNAME = "admin@localhost"


class UsageError(EmulatorError):
    """The command line is wrong."""


class DataUnavailable(EmulatorError):
    """The folder for the state cannot be used."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}: see {self.prog} --help")


def main() -> NoReturn:
    """Run `biot-emulator`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the program; give its exit code: 0 done, 1 it failed, 2 the command line is wrong."""
    try:
        options = _parser().parse_args(arguments or ["--help"])
        _serve(options)
    except UsageError as error:
        return _complain(error, 2)
    except EmulatorError as error:
        return _complain(error, 1)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("biot-emulator", description="The BioT platform on your own machine.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=metadata.version("biot-emulator"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the platform until interrupted", allow_abbrev=False)
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    serve.add_argument("--port", default=8787, type=_port, help="the port; 0 takes a free one (default: %(default)s)")
    serve.add_argument("--data", type=Path, metavar="DIR", help="keep the state here (default: in memory)")
    serve.add_argument(
        "--admin", type=_admin, metavar="EMAIL:PASSWORD", help="the administrator's credentials (default: generated)"
    )
    for failure, meaning in FAILURES.items():
        serve.add_argument(
            f"--on-{failure}",
            default=POLICIES[0],
            choices=POLICIES,
            help=f"when a plugin {meaning} (default: %(default)s)",
        )
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= _PORTS:
        raise argparse.ArgumentTypeError(f"{text} is no port, choose one from 1 to {_PORTS - 1}, or 0 for a free one")
    return int(text)


def _admin(text: str) -> tuple[str, str]:
    username, _, password = text.partition(":")
    if not username or not password:
        raise argparse.ArgumentTypeError("write the administrator's credentials as EMAIL:PASSWORD")
    return username, password


def _serve(options: argparse.Namespace) -> None:
    with _told_to_end() as wait, _owned(options.data):
        _serve_until(wait, options)


@contextmanager
def _told_to_end() -> Iterator[Callable[[], None]]:
    """Give what waits until the program is told to end.

    A signal may reach any thread, but Python acts on it in the main one, which has to be woken for that.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)

    def wait() -> None:
        while receiver.recv(1)[0] not in _SIGNALS:
            continue

    woken_before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(woken_before)
        receiver.close()
        sender.close()


def _serve_until(wait: Callable[[], None], options: argparse.Namespace) -> None:
    from biot_emulator.build import build_platform
    from biot_emulator.server.running_server import LOOPBACK, Server
    from biot_emulator.state.store import Store

    admin = options.admin or (_USERNAME, secrets.token_urlsafe(12))
    policies = FailurePolicies({failure: getattr(options, f"on_{failure.replace('-', '_')}") for failure in FAILURES})
    try:
        platform = build_platform(Store(options.data), admin=admin, policies=policies)
    except (OSError, sqlite3.Error) as error:
        raise _unavailable(options.data, error) from error
    with Server(platform, options.host, options.port) as server:
        if options.host not in LOOPBACK:
            _say(f"Warning: others can reach {server.url}, and try to log in", sys.stderr)
        if not options.admin:
            _say(f"administrator {admin[0]} with password {admin[1]}")
        _say(f"listening on {server.url}")
        wait()


@contextmanager
def _owned(folder: Path | None) -> Iterator[None]:
    """Keep other emulators from the folder: they would not see what this one has in memory."""
    if folder is None:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w", encoding="utf-8")
    except OSError as error:
        raise _unavailable(folder, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataUnavailable(
                f"{folder} is in use by another emulator: stop it, or choose another --data"
            ) from None
        yield


def _unavailable(folder: Path | None, error: Exception) -> DataUnavailable:
    reason = getattr(error, "strerror", None) or error
    return DataUnavailable(f"The state cannot be kept in {folder} ({reason}): choose a writable folder with --data")


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)


def _complain(error: EmulatorError, exit_code: int) -> int:
    _say(f"Error: {error}", sys.stderr)
    return exit_code
