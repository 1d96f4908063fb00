from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.replay.output.junit import junit_xml, write_junit
from tests.scaffold.replay.summaries import observations, summary_of

ODD = {"name": "Ada", "a\x00b]]>": 1}


def test_there_is_a_test_case_for_each_kind(tmp_path: Path) -> None:
    found = [observations(0, {"name": "Eve", "more": "<&>"}), observations(1, {}, again={}), observations(2, ODD)]

    suites = ElementTree.fromstring(junit_xml(summary_of(tmp_path, *found, accept=("added:more",)), with_values=True))

    [suite] = suites
    for element in (suites, suite):
        counts = {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "5", "failures": "2", "errors": "0", "skipped": "2"}
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        "3 events against the old code": [],
        "changed:name": ["failure"],
        "added:{id}": ["failure"],
        "added:more": ["skipped"],
        "removed:name": ["skipped"],
    }
    failure = suite[1][0]
    assert failure.get("message") == "changed `name` in 1 event"
    assert "if that is right: --accept 'changed:name'" in (failure.text or "")


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, observations(0))
    write_junit(tmp_path / "new" / "r.xml", summary, with_values=False)

    with pytest.raises(OperationFailed, match="is no file"):
        write_junit(tmp_path / "new", summary, with_values=False)
