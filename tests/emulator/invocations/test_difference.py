"""What an interceptor has changed, as its record shows it."""

from __future__ import annotations

from biot_emulator.invocations.difference import difference


def test_each_change_has_its_place() -> None:
    before = {"a": {"b/c": [1, 2]}, "gone": 1, "same": [1]}
    after = {"a": {"b/c": [1, 3, 4]}, "same": [1], "new": None}
    assert difference(before, after) == [
        {"path": "/a/b~1c/1", "before": 2, "after": 3},
        {"path": "/a/b~1c/2", "after": 4},
        {"path": "/gone", "before": 1},
        {"path": "/new", "after": None},
    ]


def test_a_long_name_is_not_repeated_for_each_change_below_it() -> None:
    name, count = "n" * 1_000_000, 20_000
    before, after = ({name: dict.fromkeys(map(str, range(count)), value)} for value in (1, 2))
    changes = difference(before, after)
    assert len(changes) == count
    assert {len(change["path"]) for change in changes} == {1001}
    assert all(change["path"].endswith("…") for change in changes)
