"""Makes the folder of evidence: records -> page -> hashes -> signature -> folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.collection import Evidence, collect, third_party_items
from biot_plugin_cli.evidence.folder import require_writable, write_folder
from biot_plugin_cli.evidence.integrity import copies
from biot_plugin_cli.evidence.integrity.hash_list import HashList, read_hash_list
from biot_plugin_cli.evidence.integrity.signature import sign
from biot_plugin_cli.evidence.page import rendering
from biot_plugin_cli.evidence.records import encode, read_records
from biot_plugin_cli.evidence.request import Request
from biot_plugin_cli.evidence.software.items import placeholder_rows
from biot_plugin_cli.evidence.software.notes import FILE_NAME, read_notes
from biot_plugin_cli.evidence.verification.files import compare_files
from biot_plugin_cli.git.signing_settings import signing_settings
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["Made", "add_rows", "make_evidence"]

_MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Made:
    """A folder of evidence that was made.

    Attributes:
        folder: The folder.
        evidence: What is in it.
        signed: The format of its signature; None if it is not signed.
    """

    folder: Path
    evidence: Evidence
    signed: str | None


def make_evidence(plugin: Plugin, request: Request, output: Path, *, signs: bool, complete: bool) -> Made:
    """Make the evidence of a release; whatever fails, nothing is left of it.

    Args:
        plugin: The plugin, with the overrides of its environment.
        request: What it is made with.
        output: The folder.
        signs: Whether to sign it.
        complete: Whether to fail if anything is missing.

    Raises:
        CliError: An input is invalid, something is missing, or the folder cannot be written.
    """
    require_writable(output)
    before = _records_before(request.previous) if request.previous else None
    evidence = collect(plugin, request, before)
    if complete:
        _require_no_gaps(evidence.records["gaps"]["items"])
    files = evidence.files
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    files[rendering.FILE_NAME] = rendering.render_page(evidence.records, hashes)
    files[copies.FILE_NAME] = copies.make_copies(files)
    listed = encode(HashList.of(evidence.records["release"], files).document)
    settings = signing_settings(plugin.root) if signs else None
    write_folder(output, files, listed, (lambda content: sign(content, settings)) if settings else None)
    return Made(output, evidence, settings.format if settings else None)


def add_rows(plugin: Plugin) -> tuple[Path, int]:
    """Add rows with empty cells to `soup.toml`, for the software in the package that it says nothing of.

    Args:
        plugin: The plugin.

    Returns:
        The file, and how many rows were added.
    """
    file = plugin.root / FILE_NAME
    notes = read_notes(file)
    rows = placeholder_rows(third_party_items(plugin, notes), notes)
    count = rows.count("\n[")
    if count:
        write_atomically(file, ((notes.text or "") + rows).encode())
    return file, count


def _records_before(folder: Path) -> Mapping[str, Any]:
    """Read the evidence of the release before, if nobody has changed it."""
    listed = read_hash_list(folder)
    differences = compare_files(folder, listed)
    if differences:
        raise OperationFailed(
            f"{folder} is not as it was made ({differences[0]}): see biot-plugin evidence verify, and pass a copy that "
            "was not changed"
        )
    return read_records(folder, listed)


def _require_no_gaps(gaps: list[dict[str, str]]) -> None:
    if gaps:
        named = "; ".join(f"{item['missing']} ({item['part']})" for item in gaps[:_MAX_NAMED])
        more = f"; and {len(gaps) - _MAX_NAMED} more" if len(gaps) > _MAX_NAMED else ""
        raise OperationFailed(
            f"The evidence is not complete, and nothing was written. It lacks {named}{more}: add that, or leave "
            "--complete out"
        )
