"""Who deploys: credentials from the environment, the system's keyring or a question on the terminal."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass

from biot_plugin_cli.errors import UsageError

__all__ = ["Credentials", "find_credentials", "keep_credentials"]

_USER = ("BIOT_PLUGIN_USERNAME", "BIOT_PLUGIN_PASSWORD")
_SERVICE = ("BIOT_PLUGIN_SERVICE_ID", "BIOT_PLUGIN_SERVICE_SECRET")
_KEPT_AS = "biot-plugin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What to log in to the platform with.

    Attributes:
        is_service: Whether they are a service user's, and not a person's.
        name: The service user's id, or the person's user name.
        secret: The secret key, or the password.
        asked: Whether somebody has just typed them.
    """

    is_service: bool
    name: str
    secret: str
    asked: bool = False

    def __repr__(self) -> str:
        """Show all but the secret."""
        return f"Credentials(is_service={self.is_service}, name={self.name!r})"


def find_credentials(base_url: str) -> Credentials:
    """Find the credentials for a platform.

    Args:
        base_url: Where it is.

    Raises:
        UsageError: There are none, or half of some.
    """
    found = _of_environment(_SERVICE) or _of_environment(_USER) or _of_keyring(base_url) or _asked(base_url)
    if found is None:
        raise UsageError(
            f"There are no credentials for {base_url}: set {' and '.join(_SERVICE)}, or {' and '.join(_USER)}"
        )
    return found


def keep_credentials(base_url: str, credentials: Credentials) -> bool:
    """Offer to keep what was typed in the system's keyring, and tell whether it is kept."""
    import keyring
    import typer
    from keyring.errors import KeyringError

    if not credentials.asked or not typer.confirm("Keep them in the system's keyring?", default=False, err=True):
        return False
    kept = {"service": credentials.is_service, "name": credentials.name, "secret": credentials.secret}
    try:
        keyring.set_password(_KEPT_AS, base_url, json.dumps(kept))
    except KeyringError:
        typer.echo("This system has no keyring that could keep them.", err=True)
        return False
    return True


def _of_environment(names: tuple[str, str]) -> Credentials | None:
    name, secret = (os.environ.get(one, "") for one in names)
    if not name and not secret:
        return None
    if not name or not secret:
        raise UsageError(f"{names[0]} and {names[1]} belong together, and only one of them is set: set both")
    return Credentials(names == _SERVICE, name, secret)


def _of_keyring(base_url: str) -> Credentials | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        kept = json.loads(keyring.get_password(_KEPT_AS, base_url) or "null")
        return kept and Credentials(bool(kept["service"]), kept["name"], kept["secret"])
    except (KeyringError, ValueError, KeyError, TypeError):
        return None


def _asked(base_url: str) -> Credentials | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    import typer

    typer.echo(f"Log in to {base_url}", err=True)
    name = typer.prompt("User name", err=True)
    return Credentials(False, name, typer.prompt("Password", hide_input=True, err=True), asked=True)
