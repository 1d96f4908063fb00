"""User names and passwords, of the administrator and at a registry: from the command line, a file or a variable."""

from __future__ import annotations

import stat
from pathlib import Path

from biot_emulator.errors import EmulatorError

__all__ = [
    "REGISTRY_VARIABLE",
    "VARIABLE",
    "CredentialsInvalid",
    "is_readable_by_others",
    "parse_credentials",
    "read_file",
]

VARIABLE = "BIOT_EMULATOR_ADMIN"
"""The environment variable with the administrator's credentials."""
REGISTRY_VARIABLE = "BIOT_EMULATOR_REGISTRY_LOGIN"
"""The environment variable with the log-in to the registry."""

_MAX_CHARACTERS = 4096
_OTHERS = stat.S_IRGRP | stat.S_IROTH


class CredentialsInvalid(EmulatorError):
    """The credentials cannot be read, or are no credentials."""


def parse_credentials(text: str, source: str, form: str = "EMAIL:PASSWORD") -> tuple[str, str]:
    """Return user name and password.

    Args:
        text: User name and password, with a colon between them.
        source: Where it is from, for the message.
        form: How it is written, for the message.

    Raises:
        CredentialsInvalid: It is something else. The message does not quote it.
    """
    username, _, password = text.partition(":")
    if not username or not password or not text.isprintable():
        raise CredentialsInvalid(f"{source} has no credentials: write {form}, in one line")
    return username, password


def read_file(path: Path, form: str = "EMAIL:PASSWORD") -> tuple[str, str]:
    """Return user name and password from a file.

    Args:
        path: The file.
        form: How they are written, for the message.

    Raises:
        CredentialsInvalid: It cannot be read, or has no credentials.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_MAX_CHARACTERS)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise CredentialsInvalid(f"{path} cannot be read ({reason}): name a file with {form}") from error
    return parse_credentials(text.removesuffix("\n").removesuffix("\r"), str(path), form)


def is_readable_by_others(path: Path) -> bool:
    """Whether other users of this machine may read a file."""
    try:
        status = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and bool(status.st_mode & _OTHERS)
