from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given

from biot_plugin_cli.check.formats.junit import format_junit
from biot_plugin_cli.check.runner import CheckResult
from tests.scaffold.check.formats.results import PLACES, RESULT, results


def _suite(result: CheckResult) -> ElementTree.Element:
    root = ElementTree.fromstring(format_junit(result, PLACES).encode())
    assert root.tag == "testsuites"
    (suite,) = root
    return suite


def test_an_error_has_failed_and_a_warning_has_output() -> None:
    suite = _suite(RESULT)
    error, warning = suite.findall("testcase")

    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
    }
    assert (error.get("classname"), error.get("file"), error.get("line")) == ("timeout-invalid", "pyproject.toml", "7")
    failure = error.find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("timeout-invalid", "'timeout' is 901: make it less")
    assert failure.text
    assert "a whole number of seconds from 1 to 900" in failure.text
    assert [child.tag for child in warning] == ["system-out"]


def test_without_findings_one_test_has_passed() -> None:
    suite = _suite(CheckResult(()))
    (case,) = suite
    assert (suite.get("tests"), suite.get("failures"), list(case)) == ("1", "0", [])


@given(result=results())
def test_every_report_is_xml_with_a_test_for_each_finding(result: CheckResult) -> None:
    suite = _suite(result)
    assert len(suite) == max(len(result.findings), 1)
    assert int(suite.get("failures") or "") == result.errors == len(suite.findall("testcase/failure"))
