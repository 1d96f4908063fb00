"""Databases of vulnerabilities, in each form in which they are handed out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.evidence.vulnerabilities.database import Snapshot, read_snapshot
from tests.scaffold.evidence.inputs import OSV, osv_record


def zipped(folder: Path) -> Path:
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for record in json.loads(OSV):
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return path


def unpacked(folder: Path) -> Path:
    path = folder / "osv"
    path.mkdir()
    with zipfile.ZipFile(zipped(folder)) as archive:
        archive.extractall(path)
    return path


def listed(folder: Path) -> Path:
    path = folder / "osv.json"
    path.write_text(OSV)
    return path


def answered(folder: Path) -> Path:
    path = folder / "answer.json"
    path.write_text(json.dumps({"vulns": json.loads(OSV)}))
    return path


@pytest.mark.parametrize("make", [zipped, unpacked, listed, answered])
def test_each_form_has_the_same_records(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    snapshot = read_snapshot(path, {"carrier", "needed"})
    assert set(snapshot.matching) == {"GHSA-1", "PYSEC-1", "GHSA-2", "GHSA-5"}
    assert (snapshot.records, snapshot.withdrawn, snapshot.newest) == (7, 1, "2026-02-03T00:00:00Z")
    assert snapshot.sha256 and read_snapshot(path, set()).sha256 == snapshot.sha256


def test_names_are_compared_as_indexes_do_and_only_in_their_ecosystem(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    other = osv_record("C")
    other["affected"][0]["package"]["ecosystem"] = "npm"
    odd: dict[str, Any] = {"id": "D", "affected": [None, {"package": "x"}, {"package": {}}]}
    file.write_text(json.dumps([osv_record("A", "Zope.Interface"), osv_record("B", "zope_interface"), other, odd]))
    found: Snapshot = read_snapshot(file, {"zope-interface", "carrier"})
    assert set(found.matching) == {"A", "B"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.json", b"{", "is not JSON"),
        ("x.json", b"[" * 100_000, "is not JSON"),
        ("x.json", b"[]", "has no records of vulnerabilities"),
        ("x.json", b'[{"name": 1}]', "is no record of a vulnerability in the OSV format"),
        ("x.json", b"1", "is no record of a vulnerability in the OSV format"),
        ("x.zip", b"no zip", "is no zip file, or damaged"),
        ("absent.zip", None, "cannot be read"),
    ],
)
def test_what_is_no_database_is_said_to_be_none(tmp_path: Path, name: str, content: bytes | None, problem: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=problem):
        read_snapshot(file, {"carrier"})
