"""What the platform records of the versions before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.deploy.versions.record import (
    CodeOrigin,
    VersionRecord,
    fit_records,
    live_version,
    read_records,
    records_after,
)
from biot_plugin_cli.manifest.environment_variables import (
    COMMIT_VARIABLE,
    HASH_VARIABLE,
    SECRETS_VARIABLE,
    VERSIONS_VARIABLE,
    measure_variables,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASH = "a" * 64


def plugin(version: int = 1, **variables: Any) -> dict[str, Any]:
    return {"name": "demo", "version": version, "runtime": "python3.13", "environmentVariables": variables}


hex_digits = st.text("0123456789abcdef", min_size=64, max_size=64)
records = st.builds(
    VersionRecord,
    version=st.integers(1, 32766),
    content_hash=hex_digits,
    commit=st.none() | hex_digits.map(lambda digits: digits[:40]),
    is_clean=st.booleans(),
    runtime=st.sampled_from([None, "python3.10", "python3.13"]),
    code_of=st.none() | st.integers(1, 32767),
)


@given(st.lists(records, max_size=5, unique_by=lambda record: record.version))
def test_what_is_recorded_is_read_again(items: list[VersionRecord]) -> None:
    text = " ".join(map(str, items))
    after = read_records(plugin(32767, **{VERSIONS_VARIABLE: text}))[1:]
    expected = [
        replace(
            item,
            content_hash=(item.content_hash or "")[:32],
            commit=item.commit and item.commit[:16],
            is_clean=item.is_clean or item.commit is None,
        )
        for item in sorted(items, key=lambda item: -item.version)
    ]
    assert after == expected


@given(st.text(max_size=300) | st.integers() | st.none() | st.lists(st.text()))
def test_what_somebody_else_has_written_there_does_no_harm(value: Any) -> None:
    deployed = plugin(3, **{VERSIONS_VARIABLE: value, HASH_VARIABLE: HASH, COMMIT_VARIABLE: value})
    live, *others = read_records(deployed)
    assert (live.version, live.content_hash) == (3, HASH)
    assert all(record.version < 3 for record in others)


def test_a_deployment_moves_the_live_version_to_those_before() -> None:
    first = records_after(None, 1, CodeOrigin(COMMIT))
    assert first == {COMMIT_VARIABLE: COMMIT}
    deployed = plugin(1, **{HASH_VARIABLE: HASH, **first})
    second = records_after(deployed, 2, CodeOrigin(f"{COMMIT}+changes"))
    assert second == {
        COMMIT_VARIABLE: f"{COMMIT}+changes",
        VERSIONS_VARIABLE: f"1:{HASH[:32]}:{COMMIT[:16]}:3.13:",
    }
    deployed = plugin(2, **{HASH_VARIABLE: "b" * 64, **second})
    assert live_version(deployed) == VersionRecord(2, "b" * 64, COMMIT, is_clean=False, runtime="python3.13")
    back = records_after(deployed, 3, CodeOrigin(COMMIT, 1))
    assert back[VERSIONS_VARIABLE].split(" ")[:2] == ["3::::1", f"2:{'b' * 32}:{COMMIT[:16]}+:3.13:"]
    assert live_version(plugin(3, **{HASH_VARIABLE: HASH, **back})).code_of == 1


def test_a_deployment_without_a_commit_records_none() -> None:
    deployed = plugin(1, **{HASH_VARIABLE: HASH, COMMIT_VARIABLE: COMMIT})
    assert COMMIT_VARIABLE not in records_after(deployed, 2, CodeOrigin())


def test_few_versions_are_recorded() -> None:
    deployed, count = plugin(1, **{HASH_VARIABLE: HASH}), 40
    for version in range(2, count):
        variables = fit_records({HASH_VARIABLE: HASH}, records_after(deployed, version, CodeOrigin(COMMIT)))
        deployed = plugin(version, **variables)
    assert [record.version for record in read_records(deployed)] == list(range(count - 1, count - 14, -1))
    assert measure_variables(deployed["environmentVariables"]) < 1200


@pytest.mark.parametrize("size", [0, 2000, 2800, 2900, 3000, 4000])
def test_records_never_keep_a_plugin_from_what_it_needs(size: int) -> None:
    versions = " ".join(f"{number}:{'a' * 32}:{COMMIT[:16]}:3.13:" for number in range(12, 0, -1))
    times = " ".join(f"NAME{number}=2026-11-27T03:12Z" for number in range(20))
    own = {"LARGE": "x" * size, HASH_VARIABLE: HASH}
    fitted = fit_records(own, {COMMIT_VARIABLE: COMMIT, SECRETS_VARIABLE: times, VERSIONS_VARIABLE: versions})
    assert measure_variables(fitted) <= max(3072, measure_variables(own))
    assert {name: fitted[name] for name in own} == own
    # What is left is the newest, and readable.
    for name, text in ((SECRETS_VARIABLE, times), (VERSIONS_VARIABLE, versions)):
        assert text.startswith(fitted.get(name, ""))
        assert not fitted.get(name, "").endswith((":", " ")) or fitted[name].endswith(":3.13:")
