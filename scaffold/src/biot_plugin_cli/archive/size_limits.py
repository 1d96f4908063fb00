"""Lambda's limits for the size of a package, zipped and unpacked."""

from __future__ import annotations

from collections.abc import Iterable

from biot_plugin_cli.archive.part_sizes import MEGABYTE, Part
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.terminal.byte_sizes import format_size

__all__ = ["MAX_UNPACKED_BYTES", "MAX_ZIPPED_BYTES", "PackageTooLarge", "check_limits"]

MAX_ZIPPED_BYTES = 50 * MEGABYTE
"""The maximum size of an upload (contract section 7.1)."""
MAX_UNPACKED_BYTES = 250 * MEGABYTE
"""The maximum size of its content (contract section 7.1)."""

_MAX_LISTED_PARTS = 5


class PackageTooLarge(InvalidPlugin):
    """A zip is larger than Lambda allows."""


def check_limits(zipped: int, unpacked: int, parts: Iterable[Part]) -> None:
    """Check that a package is not larger than Lambda allows.

    Args:
        zipped: Size of the archive in bytes.
        unpacked: Size of its content in bytes.
        parts: Its parts.

    Raises:
        PackageTooLarge: It is too large; the message lists the largest parts.
    """
    for dimension, size, limit in (
        ("unpacked", unpacked, MAX_UNPACKED_BYTES),
        ("zipped", zipped, MAX_ZIPPED_BYTES),
    ):
        if size > limit:
            largest = sorted(parts, key=lambda part: -getattr(part, dimension))[:_MAX_LISTED_PARTS]
            sizes = ", ".join(
                f"{part.name or 'your source files'} {format_size(getattr(part, dimension))}" for part in largest
            )
            raise PackageTooLarge(
                f"The package has {format_size(size)} {dimension}, and Lambda allows {format_size(limit)}: "
                f"remove some of its largest parts ({sizes})"
            )
