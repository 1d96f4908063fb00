"""What `biot-plugin check` finds of a package's sizes: Lambda's limits (contract section 7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from biot_plugin_cli._finding import Finding

__all__ = ["MOST_PACKED", "MOST_UNPACKED", "Sized", "size_findings"]

_MB = 1024 * 1024
MOST_PACKED = 50 * _MB
"""Bytes that a zip may have."""
MOST_UNPACKED = 250 * _MB
"""Bytes that the files in it may have together."""


class Sized(Protocol):
    """A package."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def size(self) -> int:
        """Its bytes."""
        ...

    @property
    def unpacked_size(self) -> int:
        """The bytes of its files."""
        ...


def size_findings(package: Sized) -> Iterator[Finding]:
    """Find what Lambda refuses of a package's sizes."""
    for code, size, most, what in (
        ("package-too-large", package.size, MOST_PACKED, "is"),
        ("package-too-large-unpacked", package.unpacked_size, MOST_UNPACKED, "unpacks to"),
    ):
        if size > most:
            said = f"{package.path.name} {what} {size / _MB:.1f} MB, and Lambda takes {most // _MB} MB"
            yield Finding.error(code, said, "leave out what is largest: biot-plugin package --report shows it")
