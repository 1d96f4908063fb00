"""Commands of a workflow on GitHub, which shows them beside the code."""

from __future__ import annotations

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.terminal.plain_text import one_sentence

__all__ = ["format_annotations"]

# What would end a command, or one of its properties; the sign of the escape itself comes first.
_ENDS = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_ENDS_OF_PROPERTIES = (*_ENDS, (":", "%3A"), (",", "%2C"))


def format_annotations(result: CheckResult, places: Places) -> str:
    """Return a command for each finding, each on a line.

    Args:
        result: The result of all checks.
        places: The places of its findings.
    """
    return "".join(f"{_command(finding, places)}\n" for finding in result.findings)


def _command(finding: Finding, places: Places) -> str:
    file, line = places.of(finding)
    properties = {"file": file, "line": str(line), "title": f"biot-plugin check: {finding.code}"}
    text = ",".join(f"{name}={_escape(value, _ENDS_OF_PROPERTIES)}" for name, value in properties.items())
    return f"::{finding.severity} {text}::{_escape(one_sentence(places.message(finding)), _ENDS)}"


def _escape(text: str, ends: tuple[tuple[str, str], ...]) -> str:
    for sign, escape in ends:
        text = text.replace(sign, escape)
    return text
