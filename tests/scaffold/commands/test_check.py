"""`biot-plugin check`, where its result goes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from biot_plugin_cli.check import runner
from biot_plugin_cli.check.runner import CheckResult
from tests.scaffold.check.formats.results import RESULT
from tests.scaffold.plugins import make_plugin
from tests.scaffold.support import Program


@pytest.fixture(autouse=True)
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin whose findings are known: what is found is not of interest here."""

    def findings(*_: object, **__: object) -> CheckResult:
        return RESULT

    monkeypatch.setattr(runner, "check", findings)
    monkeypatch.chdir(tmp_path)
    return make_plugin(tmp_path)


def test_each_format_is_printed(biot_plugin: Program) -> None:
    outcomes = {
        style: biot_plugin("check", "--format", style) for style in ("text", "json", "sarif", "github", "junit")
    }

    assert {outcome.exit_code for outcome in outcomes.values()} == {4}
    assert outcomes["text"].out == biot_plugin("check").out
    assert outcomes["json"].out == biot_plugin("check", "--json").out
    assert outcomes["sarif"].document["version"] == "2.1.0"
    assert outcomes["github"].out.startswith("::error file=pyproject.toml,line=7,")
    assert ElementTree.fromstring(outcomes["junit"].out.encode()).tag == "testsuites"


def test_a_file_gets_the_document_and_people_the_text(biot_plugin: Program, plugin: Path) -> None:
    outcome = biot_plugin("check", "--format", "sarif", "-o", "reports/check.sarif")

    assert (outcome.exit_code, outcome.out) == (4, biot_plugin("check").out)
    assert json.loads((plugin / "reports/check.sarif").read_text())["runs"]


def test_a_file_and_a_document_on_standard_output(biot_plugin: Program, plugin: Path) -> None:
    outcome = biot_plugin("check", "--json", "--format", "junit", "-o", "check.xml")

    assert outcome.document["errors"] == 1
    assert (plugin / "check.xml").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("-o", "check.txt"), "add --format json, sarif, github or junit"),
        (("--json", "--format", "sarif"), "leave one out, or add --output FILE"),
        (("--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    biot_plugin: Program, plugin: Path, arguments: tuple[str, ...], advice: str
) -> None:
    outcome = biot_plugin("check", *arguments)

    assert outcome.exit_code == 2
    assert advice in outcome.err
    assert not (plugin / "check.txt").exists()
