"""What contradicts itself in a folder whose hashes are right, as they are where somebody has made them anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.evidence.integrity import copies, hash_list
from biot_plugin_cli.evidence.integrity.hash_list import HashList
from biot_plugin_cli.evidence.records import encode
from biot_plugin_cli.evidence.verification.difference import Difference
from biot_plugin_cli.evidence.verification.members import explain

__all__ = ["contradictions"]


def contradictions(folder: Path, listed: HashList, records: Mapping[str, Any]) -> Iterator[Difference]:
    """Find what contradicts itself; no signature is needed for it, and it is no proof that nobody changed anything.

    Args:
        folder: The folder, whose files have the hashes of the list.
        listed: The list.
        records: The records.
    """
    yield from _list(listed, records["release"])
    originals = copies.read_copies(folder / copies.FILE_NAME)
    for name in sorted(listed.files):
        if not copies.has_copy(name):
            continue
        original, actual = originals.get(name), (folder / name).read_bytes()
        if original is None:
            yield Difference("evidence", name, f"has no copy in {copies.FILE_NAME}")
        elif original != actual:
            changed = Difference("evidence", name, f"is not as its copy in {copies.FILE_NAME}")
            yield from explain(name, original, actual) or [changed]


def _list(listed: HashList, release: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare the list, byte by byte, with the one that would be made of this release and these files."""
    made = HashList(release["plugin"]["name"], release["time"], release["package"], dict(sorted(listed.files.items())))
    if (expected := encode(made.document)) == listed.content:
        return
    if release["package"] != dict(listed.package):
        yield Difference("evidence", "release.json", "is about another package than evidence.json")
    else:
        changed = Difference("evidence", hash_list.FILE_NAME, "was not written so by biot-plugin evidence")
        yield from explain(hash_list.FILE_NAME, expected, listed.content) or [changed]
