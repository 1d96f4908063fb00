"""What `biot-plugin check` finds of the plugin's own files: whether a package can have them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from biot_plugin_cli.check.finding import Finding, parted
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed

if TYPE_CHECKING:
    from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["check_own_files"]

# Whoever has these knows already that the entry point is not there.
_NO_ENTRY_POINT = frozenset(["handler-missing", "handler-foreign"])


def check_own_files(subject: Subject, found: Collection[str]) -> tuple[list[Entry], list[Finding]]:
    """Read the plugin's own files as packaging does.

    Args:
        subject: The plugin.
        found: The codes of what was found before.

    Returns:
        Those that a package can have, and what was found.
    """
    from biot_plugin_cli.package.source_files import read_source_files
    from biot_plugin_cli.plugin.package_target import Target

    try:
        target = None if subject.is_wrong("runtime") else Target(subject.manifest.runtime)
        entries, mistakes = read_source_files(subject.root, target)
    except OperationFailed as error:
        said, advice = parted(error)
        unknown = f"Whether Lambda takes the package was not looked at: {said}"
        return [], [Finding.warning("package-unknown", unknown, advice)]
    findings = [Finding.error(one.code, one.message, one.advice, (one.name, None)) for one in mistakes]
    if not findings and not _NO_ENTRY_POINT.intersection(found) and not subject.is_wrong("handler"):
        findings += _handler(subject, entries)
    return entries, findings


def _handler(subject: Subject, entries: list[Entry]) -> list[Finding]:
    from biot_plugin_cli.package.handler_module import check_handler

    try:
        check_handler(entries, subject.manifest.handler)
    except InvalidPlugin as error:
        return [Finding.error("package-refused", *parted(error), subject.at("handler"))]
    return []
