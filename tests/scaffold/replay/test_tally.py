from __future__ import annotations

from datetime import datetime, timezone

from biot_plugin_cli.answers.file import Answers
from biot_plugin_cli.replay import tally as module
from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.differences.change import Difference
from biot_plugin_cli.replay.tally import Tally


def case(position: int) -> Case:
    return Case(position, f"e-{position}", f"f:{position}", {}, Answers(), datetime(2026, 1, 1, tzinfo=timezone.utc))


def difference(place: str, value: object = None) -> Difference:
    return Difference("changed", place, f"changed {place}", value, value)


def test_the_first_event_of_a_kind_is_the_first_one_whatever_is_done_first() -> None:
    tally = Tally()
    for position in (5, 2, 9):
        tally.add(case(position), [difference("a", position)])

    [kind] = tally

    assert (kind.events, kind.event, kind.source, kind.difference.old) == (3, "e-2", "f:2", 2)


def test_the_most_frequent_kind_comes_first_and_events_are_counted_once() -> None:
    tally = Tally()
    tally.add(case(0), [difference("a")])
    tally.add(case(1), [difference("a"), difference("b")])
    tally.add(case(2), [difference("b"), difference("b")])
    tally.add(case(3), [difference("b")])
    tally.add(case(4), [])

    assert [(kind.id, kind.events) for kind in tally] == [("changed:b", 4), ("changed:a", 2)]
    assert tally.events_with(["changed:a"]) == 2
    assert tally.events_with(["changed:a", "changed:b"]) == 4
    assert tally.count("changed:c") == 0


def test_no_more_kinds_are_told_apart_than_anybody_reads() -> None:
    tally = Tally()
    for position in range(7000):
        tally.add(case(position), [difference(f"a{position}")])

    kinds = [*tally]

    assert len(kinds) == module._MAX_KINDS + 1
    assert (kinds[0].id, kinds[0].events) == ("others:", 7000 - module._MAX_KINDS)
    assert tally.events_with([]) == 7000 - module._MAX_KINDS
