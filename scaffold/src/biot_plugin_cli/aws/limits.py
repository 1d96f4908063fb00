"""What AWS refuses, refused before anything is done."""

from __future__ import annotations

import re
from collections.abc import Mapping

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["MAX_ENVIRONMENT_BYTES", "MAX_NAME_LENGTH", "require_environment_size", "require_function_name"]

MAX_ENVIRONMENT_BYTES = 4096
MAX_NAME_LENGTH = 64
"""The maximum length of the names of functions, roles and rules."""

_NAME = re.compile(r"[a-zA-Z0-9_-]+")


def require_function_name(name: str) -> None:
    """Require that a name is valid for a function, a role and a rule.

    Raises:
        InvalidPlugin: It is not.
    """
    if len(name) > MAX_NAME_LENGTH or not _NAME.fullmatch(name):
        raise InvalidPlugin(
            f"The function would be named {name!r} after the plugin and its environment, and AWS allows up to "
            f"{MAX_NAME_LENGTH} letters, digits, '-' and '_': set function-name in [tool.biot-plugin.aws]"
        )


def require_environment_size(variables: Mapping[str, str], own: Mapping[str, str]) -> None:
    """Require that Lambda accepts the size of all environment variables.

    Args:
        variables: All of them, those that deploy sets included.
        own: Those of the manifest.

    Raises:
        InvalidPlugin: They are too large.
    """
    size = _size(variables)
    if size > MAX_ENVIRONMENT_BYTES:
        raise InvalidPlugin(
            f"The environment variables have {size} bytes, and Lambda allows {MAX_ENVIRONMENT_BYTES}: shorten those of "
            f"pyproject.toml ({_size(own)} bytes); {size - _size(own)} bytes are set by deploy or by hand"
        )


def _size(variables: Mapping[str, str]) -> int:
    return sum(len(text.encode()) for text in (*variables, *variables.values()))
