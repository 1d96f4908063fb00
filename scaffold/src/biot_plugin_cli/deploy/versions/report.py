"""Shows versions of a plugin to people and to machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from biot_plugin_cli.deploy.versions.known import KnownVersion
from biot_plugin_cli.git.commits import has_commit
from biot_plugin_cli.terminal.console import out
from biot_plugin_cli.terminal.plain_text import columns

__all__ = ["print_versions", "version_document"]

_DIGITS = 12
_SOURCES = {"platform": "platform", "account": "AWS account", "folder": "this folder", "git": "git"}


def version_document(item: KnownVersion, root: Path) -> dict[str, Any]:
    """Create the document of a version.

    Args:
        item: The version.
        root: A folder in the plugin's repository.
    """
    record = item.record
    is_in_git = bool(record.commit) and has_commit(root, record.commit or "")
    sources = [
        *(["platform"] if item.on_platform else []),
        *(["folder"] if item.stored else []),
        *(["git"] if is_in_git else []),
    ]
    return {
        "version": item.version,
        "live": item.is_live,
        "contentHash": record.content_hash,
        "commit": record.commit,
        "clean": record.is_clean if record.commit else None,
        "runtime": record.runtime,
        "codeOf": record.code_of,
        "knownFrom": sources,
        "rollback": _way(item, is_in_git=is_in_git),
    }


def print_versions(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print a table with a row for each version, the newest first."""
    header, *lines = columns(
        [("version", "content", "commit", "known from", "roll back with"), *(_row(row) for row in rows)]
    )
    out.print(Text(header, "bold"))
    for line in lines:
        out.print(Text(line))


def _way(item: KnownVersion, *, is_in_git: bool) -> str | None:
    """Return the options that roll back to a version; None where only its package from elsewhere would do."""
    if item.is_live:
        return None
    can_build = is_in_git and item.record.is_clean
    return f"--to {item.version}" if item.stored or can_build else None


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    number = f"{row['version']}{' (live)' if row['live'] else ''}"
    of = f", code of {row['codeOf']}" if row["codeOf"] else ""
    commit = (row["commit"] or "")[:_DIGITS]
    changes = " with changes" if row["clean"] is False else ""
    way = row["rollback"] or ("" if row["live"] else "--package FILE")
    known = ", ".join(_SOURCES[source] for source in row["knownFrom"])
    return f"{number}{of}", (row["contentHash"] or "unknown")[:_DIGITS], f"{commit}{changes}", known, way
