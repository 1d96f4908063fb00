"""What an image says of itself, in its labels and, where manifests have them, in its annotations.

The names are those of the OCI image specification (annotations.md), and `biot-plugin.` for what it has none for.
"""

from __future__ import annotations

from biot_plugin_cli.image.bases.foundation import Base
from biot_plugin_cli.package.source_tree import SourceTree
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["COMMIT", "CONTENT_HASH", "make_labels"]

CONTENT_HASH = "biot-plugin.content-hash"
"""The label of the content hash."""

COMMIT = "biot-plugin.commit"
"""The label of the commit, which says as well whether the folder had other changes."""

_OCI = "org.opencontainers.image"


def make_labels(plugin: Plugin, content_hash: str, base: Base | None) -> dict[str, str]:
    """Make the labels of an image.

    Args:
        plugin: The plugin.
        content_hash: The image's content hash.
        base: What it is built on; None if that is unknown, or nothing.
    """
    manifest = plugin.manifest
    tree = SourceTree.of(plugin.root)
    return {
        f"{_OCI}.version": str(manifest.version),
        **({f"{_OCI}.revision": tree.commit} if tree.commit and tree.is_clean else {}),
        **({f"{_OCI}.base.name": base.name, f"{_OCI}.base.digest": base.digest} if base and base.digest else {}),
        CONTENT_HASH: content_hash,
        **({COMMIT: tree.record} if tree.record else {}),
        "biot-plugin.name": manifest.name,
        "biot-plugin.runtime": manifest.runtime,
    }
