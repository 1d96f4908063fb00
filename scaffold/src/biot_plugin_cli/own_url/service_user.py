"""The service user of a plugin at a URL of its own, and the file that its credentials are written to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.runner import run_git
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.service_users import ensure_service_user, find_service_user, new_secret_key

__all__ = ["create_credentials", "has_credentials", "require_writable", "service_user_name"]

_MAX_NAME_LENGTH = 100
_PRIVATE = 0o600
_USER_ID, _SECRET_KEY = "BIOT_SERVICE_USER_ID", "BIOT_SERVICE_USER_SECRET_KEY"
_LINES = 2
_NOT_IGNORED, _NO_REPOSITORY = 1, 128


def service_user_name(plugin: str, url: str) -> str:
    """Return the name of the service user of a plugin at a URL: the same on every machine."""
    place = url.partition("://")[2].rstrip("/")
    name = f"{plugin} at {place}"
    if len(name) <= _MAX_NAME_LENGTH:
        return name
    return f"{plugin} at {hashlib.sha256(place.encode()).hexdigest()[:32]}"


def has_credentials(client: PlatformClient, name: str, file: Path) -> bool:
    """Whether a file has the credentials of a service user that exists: those of an earlier run.

    Raises:
        PlatformRefused: The platform responded with an error.
        PlatformUnreachable: The platform did not respond.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    if len(lines) != _LINES or not lines[1].startswith(f"{_SECRET_KEY}="):
        return False
    user = find_service_user(client, name)
    return user is not None and lines[0] == f"{_USER_ID}={user.id}"


def require_writable(file: Path) -> None:
    """Require that credentials can be written to a file: a new one, which git does not track.

    Raises:
        OperationFailed: It exists, its folder does not, or git would track it.
    """
    if file.exists() or file.is_symlink():
        raise OperationFailed(f"{file} already exists: choose another name, or remove it first")
    if not file.parent.is_dir():
        raise OperationFailed(f"There is no folder {file.parent}: create it, or choose another one")
    path = str(file.absolute())
    # The only command that knows no literal paths.
    environment = {name: value for name, value in isolated_for(file.parent).items() if name != "GIT_LITERAL_PATHSPECS"}
    command = ("check-ignore", "--quiet", "--", path)
    code, _ = run_git(file.parent, *command, environment=environment, allowed=range(_NO_REPOSITORY + 1))
    if code == _NOT_IGNORED:
        raise OperationFailed(f"Git would track {file}, which is to hold a secret: add it to .gitignore first")


def create_credentials(client: PlatformClient, name: str, role_id: str | None, file: Path) -> None:
    """Create a service user, if there is none, and write its id and a new secret key to a file of the user alone.

    Args:
        client: The platform's client.
        name: The service user's name.
        role_id: The id of its role; None creates one.
        file: The file, which must not exist.

    Raises:
        OperationFailed: The file cannot be written.
        PlatformRefused: The platform responded with an error.
        PlatformUnreachable: The platform did not respond.
    """
    try:
        # Before the key is made, which cannot be read again.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except OSError as error:
        raise OperationFailed(f"Cannot write {file} ({error.strerror}): choose another location") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            user = ensure_service_user(client, name, role_id)
            key = user.secret_key or new_secret_key(client, user.id)
            stream.write(f"{_USER_ID}={user.id}\n{_SECRET_KEY}={key.value}\n")
    except BaseException:
        file.unlink(missing_ok=True)
        raise
