"""The result of all checks as a text for other tools."""

from __future__ import annotations

import json
from pathlib import Path

from biot_plugin_cli.check.formats.annotations import format_annotations
from biot_plugin_cli.check.formats.junit import format_junit
from biot_plugin_cli.check.formats.names import Format
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.check.formats.sarif import sarif_document
from biot_plugin_cli.check.report import check_document
from biot_plugin_cli.check.runner import CheckResult

__all__ = ["format_result"]


def format_result(result: CheckResult, style: Format, root: Path) -> str:
    """Return the result of all checks in a format for other tools.

    Args:
        result: The result.
        style: The format; not text, which is for people.
        root: The plugin's folder.
    """
    if style is Format.GITHUB:
        return format_annotations(result, Places(root))
    if style is Format.JUNIT:
        return format_junit(result, Places(root))
    document = sarif_document(result, Places(root)) if style is Format.SARIF else check_document(result)
    return json.dumps(document, indent=2) + "\n"
