"""Lambda's limit for the size of a container image."""

from __future__ import annotations

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["MAX_UNPACKED_BYTES", "check_size"]

GIGABYTE = 1024**3

MAX_UNPACKED_BYTES = 10 * GIGABYTE
"""The maximum size of all files in an image."""


def check_size(unpacked: int) -> None:
    """Check that files are not larger than Lambda allows.

    Args:
        unpacked: Their size in bytes.

    Raises:
        InvalidPlugin: They are too large.
    """
    if unpacked > MAX_UNPACKED_BYTES:
        raise InvalidPlugin(
            f"The image has at least {unpacked / GIGABYTE:.1f} GB unpacked, and Lambda allows "
            f"{MAX_UNPACKED_BYTES // GIGABYTE} GB: remove some of its dependencies, or choose a smaller base"
        )
