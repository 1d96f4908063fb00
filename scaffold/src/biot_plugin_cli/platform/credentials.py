"""The credentials of the user who deploys: from the environment, the system keyring, or a prompt."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["Credentials", "find_credentials", "keep_credentials"]

_USER = ("BIOT_PLUGIN_USERNAME", "BIOT_PLUGIN_PASSWORD")
_SERVICE = ("BIOT_PLUGIN_SERVICE_ID", "BIOT_PLUGIN_SERVICE_SECRET")
_KEYRING_SERVICE = "biot-plugin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What to log in to the platform with.

    Attributes:
        is_service: Whether they belong to a service user, and not to a person.
        name: The service user's id, or the person's user name.
        secret: The secret key, or the password.
        asked: Whether they were entered at a prompt.
    """

    is_service: bool
    name: str
    secret: str
    asked: bool = False

    def __repr__(self) -> str:
        """Show everything but the secret."""
        return f"Credentials(is_service={self.is_service}, name={self.name!r})"


def find_credentials(base_url: str) -> Credentials:
    """Find the credentials for a platform.

    Args:
        base_url: The base URL of the platform's APIs.

    Raises:
        UsageError: There are none, or they are incomplete.
    """
    credentials = (
        _from_environment(_SERVICE) or _from_environment(_USER) or _from_keyring(base_url) or _from_prompt(base_url)
    )
    if credentials is None:
        raise UsageError(f"No credentials for {base_url}: set {' and '.join(_SERVICE)}, or {' and '.join(_USER)}")
    return credentials


def keep_credentials(base_url: str, credentials: Credentials) -> bool:
    """Offer to save credentials that were entered at the prompt in the system keyring.

    Returns:
        Whether they were saved.
    """
    import keyring
    import typer
    from keyring.errors import KeyringError

    if not credentials.asked or not typer.confirm("Save them in the system keyring?", default=False, err=True):
        return False
    document = {"service": credentials.is_service, "name": credentials.name, "secret": credentials.secret}
    try:
        keyring.set_password(_KEYRING_SERVICE, base_url, json.dumps(document))
    except KeyringError:
        typer.echo("No usable keyring on this system: the credentials were not saved", err=True)
        return False
    return True


def _from_environment(variables: tuple[str, str]) -> Credentials | None:
    name, secret = (os.environ.get(variable, "") for variable in variables)
    if not name and not secret:
        return None
    if not name or not secret:
        raise UsageError(f"Only one of {' and '.join(variables)} is set: set both")
    return Credentials(variables == _SERVICE, name, secret)


def _from_keyring(base_url: str) -> Credentials | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        document = json.loads(keyring.get_password(_KEYRING_SERVICE, base_url) or "null")
        return document and Credentials(bool(document["service"]), str(document["name"]), str(document["secret"]))
    except (KeyringError, ValueError, KeyError, TypeError):
        return None


def _from_prompt(base_url: str) -> Credentials | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    import typer

    typer.echo(f"Log in to {visible(base_url)}", err=True)
    name = typer.prompt("User name", err=True)
    return Credentials(False, name, typer.prompt("Password", hide_input=True, err=True), asked=True)
