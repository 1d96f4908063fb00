"""The command `biot-emulator learn`."""

from __future__ import annotations

import argparse
import ssl
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from biot_emulator.learning.address import check_address
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.credentials import person
from biot_emulator.learning.errors import NotConfirmed, RunStopped
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.output_file import require_writable, write_document
from biot_emulator.learning.session import Session
from biot_emulator.server.signals import StopRequests
from biot_emulator.standard_streams import print_error, print_line

__all__ = ["learn"]

_YES = ("y", "yes")


def learn(options: argparse.Namespace, requests: StopRequests) -> None:
    """Run the command.

    Args:
        options: Its options.
        requests: What signals to end ask for.

    Raises:
        EmulatorError: It failed, and the message says how.
    """
    try:
        _run(options, requests)
    except KeyboardInterrupt:
        # Only where nothing is held: while a run makes something, it ends in its own way.
        raise RunStopped("Stopped, as requested: nothing was made") from None


def _run(options: argparse.Namespace, requests: StopRequests) -> None:
    base_url = check_address(options.base_url)
    if not options.dry_run:
        require_writable(options.output)
    connection = Connection(base_url, person(), _certificates(base_url, options.ca_file), requests.event)
    session = Session(connection, print_line, _confirmation(yes=options.yes), adapt_entity=options.adapt_entity)
    session.held = requests.held
    if options.runtime:
        session.runtimes = (options.runtime,)
    findings = session.run(dry=options.dry_run)
    if findings is not None:
        with requests.held():
            _write(findings, options.output, base_url)


def _write(findings: Findings, path: Path, base_url: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write_document(path, findings.document(base_url, now))
    for setting, why in findings.not_observed.items():
        print_error(f"Not observed: {setting}, as {why}")
    print_line(f"Wrote {path}: {len(findings.observed)} settings observed, {len(findings.not_observed)} as by default")


def _certificates(base_url: str, file: Path | None) -> ssl.SSLContext | None:
    from biot_emulator.http.certificates import trust

    return trust(file) if urlsplit(base_url).scheme == "https" else None


def _confirmation(*, yes: bool) -> Callable[[str], bool]:
    def confirm(question: str) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            raise NotConfirmed("Cannot ask for confirmation (not a terminal): pass --yes")
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in _YES

    return confirm
