from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.formats.annotations import format_annotations
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.plugin.source_location import SourceLocation
from tests.scaffold.check.formats.results import PLACES, RESULT, results

_COMMAND = re.compile(r"::(error|warning) file=([^,:]*),line=([0-9]+),title=([^,:]*)::(.*)")


def _unescape(text: str) -> str:
    for escape, sign in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, sign)
    return text


def test_each_finding_is_a_command() -> None:
    assert format_annotations(RESULT, PLACES).splitlines() == [
        "::error file=pyproject.toml,line=7,title=biot-plugin check%3A timeout-invalid::'timeout' is 901: make it less",
        "::warning file=my hooks/ä.py,line=1,title=biot-plugin check%3A no-hooks::There are none: decorate a function",
    ]


def test_what_would_end_a_command_or_a_property_is_escaped(tmp_path: Path) -> None:
    finding = Finding.error("x", "50 % of a\n::error::forged", "a, b", SourceLocation("a,b:c%.py", 2))
    (line,) = format_annotations(CheckResult((finding,)), Places(tmp_path)).splitlines()
    assert line == "::error file=a%2Cb%3Ac%25.py,line=2,title=biot-plugin check%3A x::50 %25 of a ::error::forged: a, b"


def test_without_findings_nothing_is_annotated() -> None:
    assert format_annotations(CheckResult(()), PLACES) == ""


@given(result=results())
def test_no_finding_becomes_two_commands_or_changes_its_place(result: CheckResult) -> None:
    lines = format_annotations(result, PLACES).split("\n")
    assert len(lines) == len(result.findings) + 1
    for line, finding in zip(lines, result.findings, strict=False):
        match = _COMMAND.fullmatch(line)
        assert match, line
        assert (_unescape(match[2]), int(match[3])) == PLACES.of(finding)
