"""What a build of a plugin's package results in."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.archive.part_sizes import Part
from biot_plugin_cli.package.source_tree import UNKNOWN_TREE, SourceTree

__all__ = ["Package"]


class Package(NamedTuple):
    """A package on this machine.

    Attributes:
        path: The zip file.
        sha256: The SHA-256 of the zip file, in hexadecimal.
        content_hash: The content hash; another one means another version of the plugin.
        size: Size of the zip file in bytes.
        unpacked_size: Size of its content in bytes.
        files: Number of files in it.
        sbom: The file of the bill of materials, next to it.
        parts: The size of each part, largest first.
        notes: Notes for the user.
        tree: What git says of the folder that it was made of.
    """

    path: Path
    sha256: str
    content_hash: str
    size: int
    unpacked_size: int
    files: int
    sbom: Path
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    tree: SourceTree = UNKNOWN_TREE
