"""Lambda's limit for the size of a container image."""

from __future__ import annotations

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.terminal.byte_sizes import format_size

__all__ = ["MAX_UNPACKED_BYTES", "check_size"]

MAX_UNPACKED_BYTES = 10 * 1024**3
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
            f"The image has at least {format_size(unpacked)} unpacked, and Lambda allows "
            f"{format_size(MAX_UNPACKED_BYTES)}: remove some of its dependencies, or choose a smaller base"
        )
