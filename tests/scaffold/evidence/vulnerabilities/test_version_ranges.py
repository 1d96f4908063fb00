"""Which versions are affected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies
from packaging.version import Version

from biot_plugin_cli.evidence.vulnerabilities.version_ranges import is_affected


def ranged(*events: tuple[str, str], kind: str = "ECOSYSTEM") -> dict[str, Any]:
    return {"ranges": [{"type": kind, "events": [{name: version} for name, version in events]}]}


CASES: list[tuple[str | None, dict[str, Any], str]] = [
    ("1.0", ranged(("introduced", "0"), ("fixed", "1.1")), "affected"),
    ("1.1", ranged(("introduced", "0"), ("fixed", "1.1")), "unaffected"),
    ("1.10", ranged(("introduced", "1.9"), ("fixed", "1.11")), "affected"),
    ("0.9", ranged(("introduced", "1.0"), ("fixed", "2.0")), "unaffected"),
    ("2.0", ranged(("introduced", "1.0"), ("last_affected", "2.0")), "affected"),
    ("2.0.1", ranged(("introduced", "1.0"), ("last_affected", "2.0")), "unaffected"),
    ("9", ranged(("introduced", "1.0")), "affected"),
    # Ranges may be listed in any order, and begin again.
    ("3.5", ranged(("fixed", "2.0"), ("introduced", "3.0"), ("introduced", "0"), ("fixed", "4.0")), "affected"),
    ("2.5", ranged(("fixed", "2.0"), ("introduced", "3.0"), ("introduced", "0"), ("fixed", "4.0")), "unaffected"),
    # A release candidate comes before what it becomes, an epoch after everything else.
    ("2.0rc1", ranged(("introduced", "0"), ("fixed", "2.0")), "affected"),
    ("2.0.post1", ranged(("introduced", "0"), ("fixed", "2.0")), "unaffected"),
    ("1!1.0", ranged(("introduced", "0"), ("fixed", "9")), "unaffected"),
    ("1.0.0", ranged(("introduced", "1"), ("fixed", "1.0.1")), "affected"),
    # A build of a version is that version.
    ("2.0+cpu", ranged(("introduced", "0"), ("last_affected", "2.0")), "affected"),
    ("2.0+cpu", {"versions": ["2.0"]}, "affected"),
    ("2.0.0", {"versions": ["2.0"]}, "affected"),
    ("v2.0", {"versions": ["2.0"]}, "affected"),
    ("2.1", {"versions": ["2.0"]}, "unaffected"),
    ("custom", {"versions": ["custom"]}, "affected"),
    ("2.1", {"versions": ["2.0"], **ranged(("introduced", "2.1"), ("fixed", "2.2"))}, "affected"),
    ("2.0", {**ranged(("introduced", "3")), "versions": ["2.0"]}, "affected"),
    # Nothing about versions at all is about all versions.
    ("2.0", {}, "affected"),
    ("2.0", ranged(("introduced", "abc123"), kind="GIT"), "unknown"),
    ("2.0", ranged(("introduced", "not a version")), "unknown"),
    ("custom", ranged(("introduced", "0"), ("fixed", "1")), "unknown"),
    (None, ranged(("introduced", "0"), ("fixed", "1")), "unknown"),
    ("2.0", ranged(("introduced", "0"), ("limit", "1.5")), "unaffected"),
    ("1.0", ranged(("introduced", "0"), ("limit", "1.5")), "affected"),
    ("2.0", ranged(("introduced", "0"), ("limit", "*")), "affected"),
    ("1.0", ranged(("introduced", "1.0"), ("fixed", "1.0")), "unaffected"),
]


@pytest.mark.parametrize(("version", "affected", "expected"), CASES)
def test_a_version_is_affected_by_the_rules_of_the_format(
    version: str | None, affected: dict[str, Any], expected: str
) -> None:
    assert is_affected(version, affected) == expected


versions = strategies.builds(
    "{}.{}{}".format,
    strategies.integers(0, 5),
    strategies.integers(0, 5),
    strategies.sampled_from(["", "rc1", ".post1"]),
)


@given(versions, strategies.lists(versions, min_size=2, max_size=6, unique_by=Version), strategies.randoms())
def test_intervals_in_any_order_contain_what_lies_in_one_of_them(version: str, points: list[str], random: Any) -> None:
    ordered = sorted(points, key=Version)
    pairs = list(zip(ordered[::2], ordered[1::2], strict=False))
    events = [event for start, end in pairs for event in (("introduced", start), ("fixed", end))]
    random.shuffle(events)
    expected = any(Version(start) <= Version(version) < Version(end) for start, end in pairs)
    assert is_affected(version, ranged(*events)) == ("affected" if expected else "unaffected")
