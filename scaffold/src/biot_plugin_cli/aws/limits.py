"""What AWS refuses, refused before anything is done."""

from __future__ import annotations

from collections.abc import Mapping

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["MAX_ENVIRONMENT_BYTES", "require_environment_size"]

MAX_ENVIRONMENT_BYTES = 4096


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
