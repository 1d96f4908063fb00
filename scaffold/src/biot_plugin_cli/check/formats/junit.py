"""JUnit XML, which pipelines show as the results of tests."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.check.formats.rules import describe_rule
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.terminal.plain_text import one_sentence

__all__ = ["format_junit"]

_NAME = "biot-plugin check"


def format_junit(result: CheckResult, places: Places) -> str:
    """Return a report with a test for each finding, or one test if there is none; errors have failed.

    Args:
        result: The result of all checks.
        places: The places of its findings.
    """
    cases = [_case(finding, places) for finding in result.findings] or [f"    <testcase {_names(_NAME, _NAME)}/>\n"]
    counts = f'tests="{len(cases)}" failures="{result.errors}" errors="0" skipped="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites {counts}>\n"
        f"  <testsuite name={_attribute(_NAME)} {counts}>\n"
        f"{''.join(cases)}"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def _case(finding: Finding, places: Places) -> str:
    file, line = places.of(finding)
    message = places.message(finding)
    place = f"file={_attribute(file)} line={_attribute(str(line))}"
    text = _text(f"{file}:{line}: {message} [{describe_rule(finding.code)}]")
    if finding.severity == "error":
        outcome = f"<failure message={_attribute(message)} type={_attribute(finding.code)}>{text}</failure>"
    else:
        outcome = f"<system-out>{text}</system-out>"
    return f"    <testcase {_names(finding.code, f'{file}: {finding.message}')} {place}>{outcome}</testcase>\n"


def _names(kind: str, name: str) -> str:
    return f"classname={_attribute(kind)} name={_attribute(name)}"


def _attribute(text: str) -> str:
    return quoteattr(one_sentence(text))


def _text(text: str) -> str:
    return escape(one_sentence(text))
