"""Checks the plugin's own files: whether they can be packaged."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

if TYPE_CHECKING:
    from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["check_source_files"]

# These say already that the entry point is not there.
_NO_ENTRY_POINT = frozenset(["handler-missing", "handler-foreign"])


def check_source_files(plugin: Plugin, codes: Collection[str]) -> tuple[list[Entry], list[Finding]]:
    """Read the plugin's own files as packaging does.

    Args:
        plugin: The plugin.
        codes: The codes of earlier findings.

    Returns:
        The files that can be packaged, and the findings.
    """
    from biot_plugin_cli.package.source_files import read_source_files

    try:
        entries, mistakes = read_source_files(plugin.root, None if plugin.is_invalid("runtime") else plugin.target)
    except OperationFailed as error:
        reason, advice = split_message(error)
        return [], [Finding.warning("package-unknown", f"Cannot check the package: {reason}", advice)]
    findings = [
        Finding.error(mistake.code, mistake.message, mistake.advice, SourceLocation(mistake.name))
        for mistake in mistakes
    ]
    if not findings and not _NO_ENTRY_POINT.intersection(codes) and not plugin.is_invalid("handler"):
        findings += _check_handler(plugin, entries)
    return entries, findings


def _check_handler(plugin: Plugin, entries: list[Entry]) -> list[Finding]:
    from biot_plugin_cli.package.handler_module import check_handler

    try:
        check_handler(entries, plugin.manifest.handler)
    except InvalidPlugin as error:
        return [Finding.error("package-refused", *split_message(error), plugin.location_of("handler"))]
    return []
