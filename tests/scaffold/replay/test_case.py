from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from biot_plugin_cli.answers.file import Answers
from biot_plugin_cli.replay.case import Case, instant_of

DEFAULT = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({}, DEFAULT),
        ({"requestContext": {"timeEpoch": 1_580_702_706_789}}, datetime(2020, 2, 3, 4, 5, 6, 789_000, timezone.utc)),
        ({"time": "2020-02-03T04:05:06Z"}, datetime(2020, 2, 3, 4, 5, 6, tzinfo=timezone.utc)),
        ({"time": "2020-02-03T04:05:06+02:00"}, datetime(2020, 2, 3, 2, 5, 6, tzinfo=timezone.utc)),
        ({"time": "2020-02-03T04:05:06"}, DEFAULT),
        ({"time": "today"}, DEFAULT),
        ({"time": 7}, DEFAULT),
        ({"requestContext": {"timeEpoch": True}}, DEFAULT),
        ({"requestContext": {"timeEpoch": 10**30}}, DEFAULT),
        ({"requestContext": {"timeEpoch": -1}}, DEFAULT),
        ({"requestContext": []}, DEFAULT),
    ],
)
def test_an_event_says_when_it_happened(event: dict[str, Any], expected: datetime) -> None:
    assert instant_of(event, DEFAULT) == expected


def test_what_is_held_follows_from_the_event_alone() -> None:
    at = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc)
    first, moved = Case(0, "a", "f:1", {}, Answers(), at), Case(7, "a", "g:2", {}, Answers(), at)

    assert first.seed == moved.seed != Case(0, "b", "f:1", {}, Answers(), at).seed
    assert first.nanoseconds == -1000
