"""Which requirement is verified by which tests."""

from __future__ import annotations

import pytest

from biot_plugin_cli.evidence.requirements.junit import TestResult
from biot_plugin_cli.evidence.requirements.specification import Requirement, Specification
from biot_plugin_cli.evidence.requirements.traceability import trace, uncovered


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([], "uncovered"),
        (["passed", "passed"], "passed"),
        (["passed", "skipped"], "partly skipped"),
        (["skipped"], "skipped"),
        (["passed", "failed"], "failed"),
        (["skipped", "error"], "failed"),
    ],
)
def test_a_requirement_is_as_good_as_its_tests(results: list[str], state: str) -> None:
    specification = Specification("r.toml", "", (Requirement("REQ-1"),))
    table = trace(specification, [TestResult(f"t{n}", end, "", ("REQ-1",)) for n, end in enumerate(results)])
    assert table["requirements"][0]["state"] == state
    assert uncovered(table) == ([] if state == "passed" else [f"REQ-1 is {state}"])


def test_unknown_ids_and_tests_without_any_are_listed() -> None:
    table = trace(Specification(), [TestResult("b", "passed", "", ("REQ-9",)), TestResult("a", "passed", "", ())])
    assert table["unknown"] == [{"id": "REQ-9", "tests": [{"id": "b", "result": "passed"}]}]
    assert (table["untraced"], table["source"]) == (["a"], None)
