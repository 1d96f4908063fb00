"""How large a package is, and what of it: Lambda has limits for both the archive and its content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["MAX_UNPACKED_BYTES", "MAX_ZIPPED_BYTES", "MEGABYTE", "Part", "check_limits", "measure"]

MEGABYTE = 1024 * 1024
MAX_ZIPPED_BYTES = 50 * MEGABYTE
"""What Lambda takes as an upload (contract section 7.1)."""
MAX_UNPACKED_BYTES = 250 * MEGABYTE
"""What Lambda unpacks (contract section 7.1)."""

_OFFENDERS = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One distribution's share of a package, or the plugin's own.

    Attributes:
        name: The distribution's name; None for the plugin's own files.
        version: Its version, None likewise.
        zipped: Bytes in the archive.
        unpacked: Bytes when unpacked.
        files: How many files it has.
    """

    name: str | None
    version: str | None
    zipped: int
    unpacked: int
    files: int


def measure(archive: Path, owners: Mapping[str, str], versions: Mapping[str, str]) -> tuple[Part, ...]:
    """Measure an archive by the distributions in it.

    Args:
        archive: The zip.
        owners: The name of the distribution that a file belongs to; files that are not in it are the plugin's own.
        versions: The distributions' versions.

    Returns:
        The largest first.
    """
    with zipfile.ZipFile(archive) as opened:
        entries = opened.infolist()
    shares: dict[str | None, list[zipfile.ZipInfo]] = {}
    for entry in entries:
        shares.setdefault(owners.get(entry.filename), []).append(entry)
    parts = (
        Part(
            name=name,
            version=versions.get(name) if name else None,
            zipped=sum(entry.compress_size for entry in share),
            unpacked=sum(entry.file_size for entry in share),
            files=len(share),
        )
        for name, share in shares.items()
    )
    return tuple(sorted(parts, key=lambda part: (-part.unpacked, part.name or "")))


def check_limits(zipped: int, unpacked: int, parts: Iterable[Part]) -> None:
    """Refuse what Lambda would refuse.

    Args:
        zipped: Bytes of the archive.
        unpacked: Bytes of its content.
        parts: The largest first.

    Raises:
        InvalidPlugin: It is too large; the sentence names the largest parts.
    """
    for what, size, limit in (
        ("unpacked", unpacked, MAX_UNPACKED_BYTES),
        ("zipped", zipped, MAX_ZIPPED_BYTES),
    ):
        if size > limit:
            worst = ", ".join(
                f"{part.name or 'your own files'} {getattr(part, what) / MEGABYTE:.1f} MB"
                for part in sorted(parts, key=lambda part: -getattr(part, what))[:_OFFENDERS]
            )
            raise InvalidPlugin(
                f"The package has {size / MEGABYTE:.1f} MB {what}, and Lambda takes {limit // MEGABYTE}: do without "
                f"some of its largest parts ({worst})"
            )
