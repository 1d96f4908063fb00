from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from biot_plugin_cli.replay.result import Summary
from tests.scaffold.replay.summaries import USUAL, observations, summary_of

OTHER = {"name": "Eve"}


def kinds(summary: Summary) -> tuple[list[str], list[str], list[str]]:
    return (
        [kind.id for kind in summary.differences],
        [item.kind.id for item in summary.accepted],
        [noise.kind.id for noise in summary.noise],
    )


def test_nothing_differs(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, observations(0), observations(1))

    assert (summary.events, summary.differing, summary.exit_code) == (2, 0, 0)
    assert kinds(summary) == ([], [], [])


def test_what_is_not_accepted_fails(tmp_path: Path) -> None:
    found = [observations(0, OTHER), observations(1, {}), observations(2)]

    assert kinds(summary_of(tmp_path / "a", *found)) == (["changed:name", "removed:name"], [], [])
    partly = summary_of(tmp_path / "b", *found, accept=("removed:*", "added:*"))
    assert kinds(partly) == (["changed:name"], ["removed:name"], [])
    assert (partly.differing, partly.exit_code, partly.unused) == (1, 1, ["added:*"])
    assert summary_of(tmp_path / "c", *found, accept=("*",)).exit_code == 0


def test_where_the_older_code_differs_from_itself_the_present_one_may(tmp_path: Path) -> None:
    found = [observations(0, OTHER, again={"name": "Eva"}), observations(1, {"name": "Eve", "more": 1})]

    assert kinds(summary_of(tmp_path / "a", *found)) == (["added:more"], [], ["changed:name"])
    assert kinds(summary_of(tmp_path / "b", *found, strict=True)) == (["changed:name", "added:more"], [], [])


def test_what_comes_and_goes_by_itself_may_do_so_either_way(tmp_path: Path) -> None:
    found = [
        observations(0, {"name": "Ada"}, again={}),
        observations(1, {"name": "Ada", "n": 1}, again={"name": "Ada"}),
    ]
    comes = replace(found[0], old=replace(USUAL, body={}), again=USUAL)

    assert kinds(summary_of(tmp_path, comes, observations(1, {}))) == ([], [], ["added:name"])


def test_a_field_that_differs_far_more_often_than_by_itself_is_no_noise(tmp_path: Path) -> None:
    found = [observations(0, OTHER, again=OTHER), *(observations(number, OTHER) for number in range(1, 20))]

    assert kinds(summary_of(tmp_path, *found)) == (["changed:name"], [], [])


def test_another_change_of_a_noisy_field_is_no_noise(tmp_path: Path) -> None:
    found = [observations(0, {}, again=OTHER)]

    assert kinds(summary_of(tmp_path, *found)) == (["removed:name"], [], ["changed:name"])


@pytest.mark.parametrize(("init_ms", "p50", "loading"), [(None, 5.0, None), (80.0, 5.0, 80.0)])
def test_loading_is_measured_by_itself(
    init_ms: float | None, p50: float | None, loading: float | None, tmp_path: Path
) -> None:
    observed = replace(observations(0), old=replace(USUAL, init_ms=init_ms, error="KeyError", memory_mb=77))

    document = summary_of(tmp_path, observed).old.document

    measured = [value and round(value) for value in (document["p50Ms"], document["loadingMs"])]
    assert measured == [p50 and round(p50), loading and round(loading)]
    assert (document["maxMemoryMb"], document["failures"]) == (77, 1)
