"""What is collected of a release."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from tests.scaffold.evidence.conftest import Release
from tests.scaffold.evidence.inputs import REPLAY
from tests.scaffold.packages import THIS


def record(release: Release, name: str) -> Any:
    return json.loads((release.made.folder / f"{name}.json").read_bytes())


def test_the_release_names_commit_package_and_time(release: Release) -> None:
    found = record(release, "release")
    assert found["source"]["clean"] is True
    assert len(found["source"]["commit"]) == 40
    assert (found["source"]["subject"], found["time"]) == ("Release it", found["source"]["committed"])
    assert found["plugin"]["manufacturer"] == "Example Medical"
    with zipfile.ZipFile(release.made.folder / "package" / "demo.zip") as archive:
        names = {entry.filename for entry in archive.infolist()}
    assert {item["name"] for item in record(release, "package-files")["files"]} == names
    # What people write about the software is no part of it.
    assert names.isdisjoint({"soup.toml", "requirements.toml"})


def test_hooks_and_configuration_are_said_in_words(release: Release) -> None:
    found = record(release, "configuration")
    sentences = [hook["sentence"] for hook in found["hooks"]]
    assert sentences == [
        "Before the platform carries out POST /organization/v1/users/patients, the plugin may change the request or "
        "refuse it; among all plugins it is number 5 in order.",
        "After an entity of the type patient was created, the plugin is told.",
        "The plugin runs by itself: At 03:00, every day (UTC; 0 3 * * ? *).",
    ]
    assert all(hook["function"].startswith("index.py:") for hook in found["hooks"])
    assert "The environment variable REGION is set: eu." in found["sentences"]
    assert "The environment variable API_TOKEN is set: which is not shown." in found["sentences"]
    assert "One event may take 7 s, after which it fails." in found["sentences"]


def test_no_value_that_may_be_secret_is_in_any_file(release: Release) -> None:
    for file in release.made.folder.rglob("*"):
        assert not file.is_file() or b"not-to-be-shown" not in file.read_bytes(), file


def test_the_bill_of_materials_has_what_is_known_and_no_more(release: Release) -> None:
    bill = record(release, "sbom.cdx")
    assert bill["metadata"]["timestamp"] == record(release, "release")["time"]
    assert bill["metadata"]["authors"] == [{"name": "Jane Doe"}]
    components = {item["name"]: item for item in bill["components"]}
    assert set(components) == {
        *("biot-plugin", "carrier", "needed"),
        *("inside", "loose", "listed", "nameless", "libssl", "rusty"),
    }
    assert {name: item.get("version") for name, item in components.items() if name != "biot-plugin"} == {
        **{"carrier": "1.0", "needed": "2.0+local", "inside": "3.1", "loose": "0.9", "listed": "4.2"},
        **{"nameless": None, "libssl": None, "rusty": "0.3.1"},
    }
    assert components["inside"]["supplier"] == {"name": "Ann"}
    assert components["carrier"]["supplier"] == {"name": "Carriers Ltd"}
    assert "supplier" not in components["needed"]
    needed = {item["ref"]: item["dependsOn"] for item in bill["dependencies"]}
    inside = components["inside"]["bom-ref"]
    assert {inside, components["needed"]["bom-ref"]} <= {*needed[components["carrier"]["bom-ref"]]}
    references = [item["bom-ref"] for item in bill["components"]]
    assert len(references) == len(set(references))


def test_the_list_of_third_party_software_has_the_cells_that_people_have_written(release: Release) -> None:
    found = record(release, "soup")
    items = {item["title"]: item for item in found["items"]}
    assert (items["carrier"]["purpose"], items["carrier"]["reviewed"]) == ("carries", "2026-03-01")
    # What came with it was chosen with it.
    assert (items["libssl"]["purpose"], items["libssl"]["cameWith"]) == ("carries", "carrier")
    assert items["needed"]["purpose"] is None
    assert items[THIS]["kind"] == "runtime"
    assert found["unusedRows"] == ["gone"]


def test_known_vulnerabilities_are_those_of_the_versions_in_the_package(release: Release) -> None:
    found = record(release, "vulnerabilities")
    assert [(item["id"], item["component"], item["status"], item["decided"]) for item in found["items"]] == [
        ("CVE-2026-1", "carrier", "not_affected", True),
        ("GHSA-3", "inside", "under_investigation", False),
        ("CVE-2026-2", "needed", "affected", True),
    ]
    assert found["items"][0]["ids"] == ["CVE-2026-1", "GHSA-1", "PYSEC-1"]
    assert found["source"]["records"] == 7
    assert found["source"]["withdrawn"] == 1
    assert found["source"]["newestRecord"] == "2026-02-03T00:00:00Z"
    assert [item["id"] for item in found["records"]] == ["GHSA-1", "GHSA-2", "GHSA-3", "PYSEC-1"]
    assert found["notLookedUp"] == ["libssl", "rusty"]


def test_anomalies_have_what_was_decided_about_them(release: Release) -> None:
    found = {item["id"]: item["evaluation"] for item in record(release, "anomalies")["items"]}
    assert found == {
        "vulnerability:GHSA-3:inside": None,
        "vulnerability:CVE-2026-2:needed": "no more than a delay",
        "test:tests.test_age::test_leap_day": "shown only",
        "test:tests.test_age::test_later": None,
        "requirement:REQ-3": None,
        "check:secret-suspected:pyproject.toml": None,
        "replay:accepted:order-of-keys": None,
    }


def test_what_is_missing_is_named(release: Release) -> None:
    gaps = [f"{item['part']}: {item['missing']}" for item in record(release, "gaps")["items"]]
    for expected in (
        "software bill of materials: the supplier of needed",
        "vulnerabilities: a decision about GHSA-3 of inside 3.1",
        "tests: a passing tests.test_age::test_leap_day",
        "requirements: a test that passes: REQ-3 is uncovered",
        "requirements: a test that passes: REQ-4 is skipped",
        "requirements: the requirement REQ-1x, which tests name",
        "anomalies: the evaluation of requirement:REQ-3",
        "replay: a replay of this code: the report is about other code",
    ):
        assert expected in gaps
    assert not any("CVE-2026-1" in gap or "carrier" in gap for gap in gaps)


def test_a_replay_of_the_code_that_is_released_is_no_gap(release: Release, tmp_path: Path) -> None:
    replay = tmp_path / "replay.json"
    code = {"contentHash": record(release, "release")["package"]["contentHash"]}
    replay.write_text(json.dumps({**json.loads(REPLAY), "code": code}))
    made = release.again(tmp_path / "evidence", replay=replay)
    assert "about other code" not in (made.folder / "gaps.json").read_text()


def test_equal_inputs_make_equal_evidence(release: Release, tmp_path: Path) -> None:
    made = release.again(tmp_path / "again")
    assert contents(made.folder) == contents(release.made.folder)


def test_the_differences_from_the_release_before_are_named(release: Release, tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    text = release.request.tests[0].read_text()
    junit.write_text(text.replace('name="test_of_nothing"', 'name="test_new"').replace("REQ-4", "REQ-3"))
    requirements = tmp_path / "requirements.csv"
    requirements.write_text("ID,Title\nREQ-1,Minors are refused\nREQ-3,Changed\n")
    made = release.again(tmp_path / "again", previous=release.made.folder, tests=(junit,), requirements=requirements)
    found = json.loads((made.folder / "differences.json").read_bytes())
    assert {item["name"] for item in found["requirements"]["removed"]} == {"REQ-2", "REQ-4"}
    assert {item["name"] for item in found["requirements"]["changed"]} == {"REQ-1", "REQ-3"}
    assert [item["name"] for item in found["tests"]["added"]] == ["tests.test_age::test_new"]
    assert [item["name"] for item in found["tests"]["removed"]] == ["tests.test_age::test_of_nothing"]
    assert found["components"] == {"added": [], "removed": [], "changed": []}
    assert found["configuration"] == []


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
