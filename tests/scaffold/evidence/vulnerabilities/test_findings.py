"""Which vulnerabilities concern a package, and what was decided about them."""

from __future__ import annotations

from typing import Any

import pytest

from biot_plugin_cli.evidence.software.notes import Assessment
from biot_plugin_cli.evidence.vulnerabilities.database import Snapshot
from biot_plugin_cli.evidence.vulnerabilities.findings import find_vulnerabilities, is_open, unused_assessments
from tests.scaffold.evidence.inputs import from_to, osv_record


def snapshot(*records: dict[str, Any]) -> Snapshot:
    return Snapshot("osv", "0" * 64, None, len(records), 0, {record["id"]: record for record in records})


def component(name: str, version: str | None, ref: str = "") -> dict[str, Any]:
    reference = ref or f"pkg:pypi/{name}@{version}"
    return {"name": name, "bom-ref": reference, "purl": reference} | ({"version": version} if version else {})


def decision(name: str, **fields: str) -> Assessment:
    values = {"versions": "", "status": "not_affected", "statement": "", "reviewed": "", "by": "", **fields}
    return Assessment(id=name, **{"component": "carrier", "justification": "component_not_present", **values})


VULNERABLE = {**osv_record("GHSA-1", **from_to("0", "3")), "aliases": ["CVE-1"]}


@pytest.mark.parametrize(
    ("assessment", "status"),
    [
        (None, "under_investigation"),
        (decision("GHSA-1"), "not_affected"),
        (decision("CVE-1"), "not_affected"),
        (decision("CVE-1", versions="<2"), "not_affected"),
        (decision("CVE-1", status="affected"), "affected"),
        # A decision about something else is none about this.
        (decision("CVE-1", versions=">=2"), "under_investigation"),
        (decision("CVE-1", component="other"), "under_investigation"),
        (decision("CVE-2"), "under_investigation"),
    ],
)
def test_a_decision_is_about_one_component_and_its_versions(assessment: Assessment | None, status: str) -> None:
    assessments = [assessment] if assessment else []
    (found,) = find_vulnerabilities([component("carrier", "1.0")], snapshot(VULNERABLE), assessments)
    assert (found["status"], found["decided"]) == (status, status != "under_investigation")
    assert is_open(found) is (status != "not_affected")
    named = {item.id for item in assessments if item.component == "carrier"}
    assert bool(unused_assessments([found], assessments)) is (
        bool(assessments) and named.isdisjoint({"CVE-1", "GHSA-1"})
    )


def test_ids_of_one_vulnerability_are_one_finding_however_they_name_each_other() -> None:
    records = [
        {**osv_record("A", **from_to("0", "3")), "aliases": ["X"]},
        {**osv_record("B", **from_to("0", "2")), "aliases": ["Y"]},
        {**osv_record("C", **from_to("0", "2.5")), "aliases": ["X", "Y"]},
        osv_record("D", **from_to("0", "3")),
    ]
    found = find_vulnerabilities([component("carrier", "1.0")], snapshot(*records), [])
    assert [(item["id"], item["ids"]) for item in found] == [("A", ["A", "B", "C", "X", "Y"]), ("D", ["D"])]
    assert found[0]["fixed"] == ["2", "2.5", "3"]


def test_two_copies_in_two_versions_are_two_findings_and_an_unknown_version_may_be_affected() -> None:
    components = [
        component("carrier", "1.0"),
        component("carrier", "2.0", "pkg:pypi/carrier@2.0"),
        component("carrier", None),
    ]
    found = find_vulnerabilities(components, snapshot(VULNERABLE), [decision("CVE-1", versions="==1.0")])
    assert [(item["version"], item["status"], item["affected"]) for item in found] == [
        ("1.0", "not_affected", "yes"),
        ("2.0", "under_investigation", "yes"),
        (None, "under_investigation", "cannot be told from the version"),
    ]


def test_what_has_no_name_in_the_ecosystem_is_not_looked_up() -> None:
    other = {"name": "carrier", "version": "1.0", "bom-ref": "x", "purl": "pkg:cargo/carrier@1.0"}
    library = {"name": "carrier", "version": "1.0", "bom-ref": "library:x"}
    assert find_vulnerabilities([other, library], snapshot(VULNERABLE), []) == []
    local = {"name": "carrier", "version": "1.0", "bom-ref": "local/carrier@1.0"}
    assert len(find_vulnerabilities([local], snapshot(VULNERABLE), [])) == 1
