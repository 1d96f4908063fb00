"""Whom a run logs in as: a person, from the environment or a prompt, never from the command line."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable

from biot_emulator.admin_credentials import CredentialsInvalid

__all__ = ["PASSWORD_VARIABLE", "USERNAME_VARIABLE", "person"]

USERNAME_VARIABLE = "BIOT_PLUGIN_USERNAME"
"""The environment variable with the user name, as for the commands that deploy."""
PASSWORD_VARIABLE = "BIOT_PLUGIN_PASSWORD"  # noqa: S105 - a variable's name
"""The environment variable with the password."""


def person(ask_name: Callable[[], str] | None = None, ask_password: Callable[[], str] | None = None) -> tuple[str, str]:
    """Return user name and password.

    Args:
        ask_name: Asks for the user name; None for the terminal.
        ask_password: Asks for the password; None for the terminal.

    Raises:
        CredentialsInvalid: There are none, or half of them.
    """
    # In any case: nothing that is started later must inherit them.
    name, password = (os.environ.pop(variable, "") for variable in (USERNAME_VARIABLE, PASSWORD_VARIABLE))
    if bool(name) != bool(password):
        raise CredentialsInvalid(f"Only one of {USERNAME_VARIABLE} and {PASSWORD_VARIABLE} is set: set both")
    if name:
        return name, password
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CredentialsInvalid(f"No credentials: set {USERNAME_VARIABLE} and {PASSWORD_VARIABLE}")
    name = (ask_name or _ask_name)().strip()
    password = (ask_password or _ask_password)() if name else ""
    if not name or not password:
        raise CredentialsInvalid("No credentials: enter a user name and a password")
    return name, password


def _ask_name() -> str:
    sys.stderr.write("User name: ")
    sys.stderr.flush()
    return sys.stdin.readline()


def _ask_password() -> str:
    return getpass.getpass("Password: ")
