"""Results of tests in the JUnit format."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.evidence.requirements.junit import TestFile, read_test_file
from tests.scaffold.evidence.inputs import JUNIT


def read(folder: Path, text: str | bytes) -> TestFile:
    file = folder / "junit.xml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_test_file(file)


def test_what_pytest_writes_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, JUNIT)
    assert [(item.id, item.result, item.requirements) for item in found.results] == [
        ("tests.test_age::test_later", "skipped", ("REQ-4",)),
        ("tests.test_age::test_leap_day", "failed", ("REQ-2", "REQ-1x")),
        ("tests.test_age::test_minor", "passed", ("REQ-1",)),
        ("tests.test_age::test_of_nothing", "passed", ()),
    ]
    assert found.results[1].message == "AssertionError: assert 17 == 18"
    assert (found.tools, found.date) == (("pytest",), "2026-03-04T05:00:00.000000+00:00")
    document = found.document
    assert [document[name] for name in ("passed", "failed", "error", "skipped")] == [2, 1, 0, 1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<failure/><error/>", "failed"),
        ("<error>text</error>", "error"),
        ("<skipped/>", "skipped"),
        ("<system-out>failure</system-out>", "passed"),
    ],
)
def test_the_worst_end_counts(tmp_path: Path, content: str, expected: str) -> None:
    found = read(tmp_path, f'<testsuite name="s"><testcase name="t">{content}</testcase></testsuite>')
    assert [(item.id, item.result) for item in found.results] == [("t", expected)]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('status="run" result="completed"', "passed"),
        ('status="notrun" result="suppressed"', "skipped"),
        ('status="run" result="skipped"', "skipped"),
        ('status="disabled"', "skipped"),
        ('status="Failed"', "failed"),
        ('status="run" result="error"', "error"),
    ],
)
def test_a_test_that_did_not_run_has_not_passed(tmp_path: Path, attributes: str, expected: str) -> None:
    found = read(tmp_path, f'<testsuite><testcase name="t" {attributes}/></testsuite>')
    assert [item.result for item in found.results] == [expected]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not XML"),
        (b"<testsuite>", "is not XML"),
        (b"<html/>", "is XML, but no report of tests"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>', "has a document type"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>'.encode("utf-16"), "is in another encoding than UTF-8"),
    ],
)
def test_what_is_no_report_is_said_to_be_none(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        read(tmp_path, content)
    with pytest.raises(UsageError, match="cannot be read"):
        read_test_file(tmp_path / "absent.xml")
