from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.replay.output.report import print_summary, summary_document
from tests.scaffold.replay.summaries import observations, summary_of

OTHER = {"name": "Eve", "more": 1}


def test_people_see_kinds_and_no_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [*(observations(number) for number in range(1200)), observations(1200, OTHER), observations(1201, OTHER)]

    print_summary(summary_of(tmp_path, *found, accept=("added:*", "removed:*")), with_values=False)

    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "changed `name` in 2 events",
        "  changed:name",
        "  first: e-1200, events:1200",
        "  was a text of 3 characters, is a text of 3 characters",
        "added `more` in 2 events, accepted by added:*",
        "  added:more",
        "  first: e-1200, events:1200",
        "  was nothing, is a number",
        "     p50     p99     loading  memory  failures",
        "old  5.0 ms  5.0 ms  -        30 MB   0",
        "new  5.0 ms  5.0 ms  -        30 MB   0",
        "2 of 1,202 events differ from the old code, by 1 kind of differences (1.5 s)",
    ]
    assert shown.err == "note: removed:* accepts nothing: leave it out\n"


def test_people_see_that_nothing_differs_and_what_is_ignored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_summary(summary_of(tmp_path, observations(0, {"name": "Eve"}, again={"name": "Eva"})), with_values=False)

    assert capsys.readouterr().out.splitlines()[:2] == [
        "ignored, as the older code differs from itself there",
        "  changed:name  in 1 event by itself, 1 between the two codes",
    ]


def test_values_are_shown_on_wish(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(summary_of(tmp_path, observations(0, {"name": "Eve"})), with_values=True)

    assert '  was "Ada", is "Eve"\n' in capsys.readouterr().out


def test_machines_get_the_same(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, observations(0, OTHER), observations(1, {}, again={}), accept=("added:*",))

    document = summary_document(summary, with_values=False)

    assert [kind["id"] for kind in document["differences"]] == ["changed:name"]
    assert [(kind["id"], kind["acceptedBy"]) for kind in document["accepted"]] == [("added:more", "added:*")]
    assert [(kind["id"], kind["between"]) for kind in document["ignored"]] == [("removed:name", 1)]
    assert document["differences"][0] == {
        "id": "changed:name",
        "kind": "changed",
        "place": "name",
        "description": "changed `name`",
        "events": 1,
        "first": {
            "event": "e-0",
            "source": "events:0",
            "old": "a text of 3 characters",
            "new": "a text of 3 characters",
        },
    }
    assert document["against"] == {"what": "the old code", "commit": None, "contentHash": "old", "reason": None}
    assert (document["events"], document["differing"], document["exitCode"]) == (2, 1, 1)
