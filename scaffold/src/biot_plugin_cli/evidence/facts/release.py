"""What was released: the plugin, its package, and the commit that it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from typing import Any

from biot_plugin_cli.evidence.facts.built import Built
from biot_plugin_cli.evidence.facts.moment import rfc3339
from biot_plugin_cli.evidence.software.artefact import Artefact
from biot_plugin_cli.git.commit_facts import CommitFacts
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["DISCLAIMER", "file_records", "release_record"]

DISCLAIMER = (
    "This evidence records what a tool has observed. No tool makes a product, a process or an organization compliant "
    "with a standard or a law: whoever releases the plugin reviews it, completes it, and is responsible for it."
)
"""What every evidence says of itself."""

_TOOLS = ("biot-plugin-cli", "biot-plugin", "biot-emulator")


def release_record(
    plugin: Plugin,
    built: Built,
    facts: CommitFacts | None,
    moment: datetime | None,
    notes: Mapping[str, str],
    size: int,
    untracked_inputs: Sequence[str] = (),
) -> dict[str, Any]:
    """Create the record of a release.

    Args:
        plugin: The plugin.
        built: Its package.
        facts: What git says of the commit; None for nothing.
        moment: The time of the release; None if nobody knows.
        notes: `[release]` of `soup.toml`.
        size: The size of the package in bytes.
        untracked_inputs: What people have written for the evidence, and git does not track.
    """
    manifest, tree = plugin.manifest, built.tree
    return {
        "plugin": {
            "name": manifest.name,
            "displayName": manifest.display_name,
            "manifestVersion": manifest.version,
            "packageType": manifest.package,
            "environment": plugin.environment,
            "manufacturer": notes.get("manufacturer"),
            "author": notes.get("author"),
            "statement": notes.get("statement"),
        },
        "package": {
            "file": built.name,
            "sha256": built.sha256,
            "contentHash": built.content_hash,
            "bytes": size,
            "imageDigest": built.image,
        },
        "source": {
            "commit": tree.commit,
            "clean": tree.is_clean if tree.commit else None,
            "changed": [*tree.changed],
            "untracked": [*tree.untracked],
            "untrackedInputs": [*untracked_inputs],
            "committed": rfc3339(_committed(facts)),
            "author": facts.author if facts else None,
            "committer": facts.committer if facts else None,
            "subject": facts.subject if facts else None,
            "tags": [*facts.tags] if facts else [],
        },
        "time": rfc3339(moment),
        "tools": {name: metadata.version(name) for name in _TOOLS},
        "disclaimer": DISCLAIMER,
    }


def file_records(artefact: Artefact) -> list[dict[str, Any]]:
    """List the files of a package, by which `verify` says which of them differs."""
    return [
        {
            "name": file.name,
            "sha256": file.sha256,
            "bytes": file.size,
            "executable": file.executable,
            "part": artefact.owners.get(file.name),
        }
        for file in artefact.files
    ]


def _committed(facts: CommitFacts | None) -> datetime | None:
    from datetime import UTC

    return datetime.fromtimestamp(facts.seconds, UTC) if facts else None
