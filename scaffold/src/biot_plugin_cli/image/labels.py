"""What an image says of itself, in its labels and, where manifests have them, in its annotations.

The names are those of the OCI image specification (annotations.md), and `biot-plugin.` for what it has none for.
"""

from __future__ import annotations

from biot_plugin_cli.git.runner import GitFailed
from biot_plugin_cli.git.work_tree import WorkTree
from biot_plugin_cli.image.bases.foundation import Base
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["CONTENT_HASH", "make_labels"]

CONTENT_HASH = "biot-plugin.content-hash"
"""The label of the content hash."""

_OCI = "org.opencontainers.image"


def make_labels(plugin: Plugin, content_hash: str, base: Base | None) -> dict[str, str]:
    """Make the labels of an image.

    Args:
        plugin: The plugin.
        content_hash: The image's content hash.
        base: What it is built on; None if that is unknown, or nothing.
    """
    manifest = plugin.manifest
    commit = _commit(plugin)
    return {
        f"{_OCI}.version": str(manifest.version),
        **({f"{_OCI}.revision": commit} if commit else {}),
        **({f"{_OCI}.base.name": base.name, f"{_OCI}.base.digest": base.digest} if base and base.digest else {}),
        CONTENT_HASH: content_hash,
        "biot-plugin.name": manifest.name,
        "biot-plugin.runtime": manifest.runtime,
    }


def _commit(plugin: Plugin) -> str | None:
    """Return the commit that the plugin's folder is at; None if it is at none, or has other files."""
    try:
        work_tree = WorkTree.open(plugin.root)
        return None if work_tree.uncommitted() else work_tree.head
    except GitFailed:
        return None
