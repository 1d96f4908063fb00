"""The size of each part of an archive: one for each distribution, and one for the plugin's source files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zipfile import ZipInfo

__all__ = ["MEGABYTE", "Part", "measure"]

MEGABYTE = 1024 * 1024


class Part(NamedTuple):
    """A part of an archive.

    Attributes:
        name: The name of the distribution; None for the plugin's source files.
        version: Its version; None for the plugin's source files.
        zipped: Compressed size in bytes.
        unpacked: Uncompressed size in bytes.
        files: Number of files.
    """

    name: str | None
    version: str | None
    zipped: int
    unpacked: int
    files: int


def measure(entries: Iterable[ZipInfo], owners: Mapping[str, str], versions: Mapping[str, str]) -> tuple[Part, ...]:
    """Measure the parts of an archive.

    Args:
        entries: All that is in it.
        owners: The name of the distribution that each file belongs to; other files are the plugin's.
        versions: The version of each distribution.

    Returns:
        The parts, largest first.
    """
    entries_by_owner: dict[str | None, list[ZipInfo]] = {}
    for entry in entries:
        entries_by_owner.setdefault(owners.get(entry.filename), []).append(entry)
    parts = (
        Part(
            name=name,
            version=versions.get(name) if name else None,
            zipped=sum(entry.compress_size for entry in owned),
            unpacked=sum(entry.file_size for entry in owned),
            files=len(owned),
        )
        for name, owned in entries_by_owner.items()
    )
    return tuple(sorted(parts, key=lambda part: (-part.unpacked, part.name or "")))
