"""The credentials for the registry of a base image, where that wants any."""

from __future__ import annotations

import os

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.registry.login import Login

__all__ = ["environment_login"]

_VARIABLES = ("BIOT_PLUGIN_BASE_USERNAME", "BIOT_PLUGIN_BASE_PASSWORD")


def environment_login() -> Login | None:
    """Return the credentials that variables hold; None to be anonymous.

    Raises:
        UsageError: Only one of the variables is set.
    """
    user, password = (os.environ.get(name, "") for name in _VARIABLES)
    if not user and not password:
        return None
    if not user or not password:
        raise UsageError(f"Only one of {' and '.join(_VARIABLES)} is set: set both")
    return Login(user, password)
