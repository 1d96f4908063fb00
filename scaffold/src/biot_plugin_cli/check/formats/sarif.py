"""SARIF 2.1.0, the format of code scanning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.check.formats.rules import describe_rule
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.own_version import own_version

__all__ = ["CATEGORY", "sarif_document"]

CATEGORY = "biot-plugin-check/"
"""The category of the only run: an upload replaces the one before it, and none of another tool."""


def sarif_document(result: CheckResult, places: Places) -> dict[str, Any]:
    """Return a log with one run.

    Args:
        result: The result of all checks.
        places: The places of its findings.
    """
    codes = sorted({finding.code for finding in result.findings})
    driver = {
        "name": "biot-plugin check",
        "version": own_version(),
        "rules": [_rule(code, result.findings) for code in codes],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "automationDetails": {"id": CATEGORY},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(result)],
                "results": [_result(finding, codes.index(finding.code), places) for finding in result.findings],
            }
        ],
    }


def _rule(code: str, findings: Iterable[Finding]) -> dict[str, Any]:
    meaning = describe_rule(code)
    severity = "error" if any(each.severity == "error" for each in findings if each.code == code) else "warning"
    return {
        "id": code,
        "shortDescription": {"text": meaning},
        "help": {"text": f"{meaning} Each finding says what to do."},
        "defaultConfiguration": {"level": severity},
    }


def _result(finding: Finding, index: int, places: Places) -> dict[str, Any]:
    file, line = places.of(finding)
    # The bytes of a name that is not UTF-8.
    artifact = {"uri": quote(file, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": places.message(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": line}}}],
    }


def _invocation(result: CheckResult) -> dict[str, Any]:
    if result.platform_error is None:
        return {"executionSuccessful": True}
    notification = {"level": "error", "message": {"text": str(result.platform_error)}}
    return {"executionSuccessful": False, "toolExecutionNotifications": [notification]}
