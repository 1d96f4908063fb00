"""Log-ins that ended stay ended, and the oldest make room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from biot_emulator.services.ums import sessions as module
from biot_emulator.services.ums.sessions import LOGINS, Sessions
from biot_emulator.state.store import Store

ADA, BOB = "ada", "bob"


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store()) as store:
        yield store


def test_a_log_in_that_ended_does_not_come_back(store: Store) -> None:
    sessions = Sessions(store)
    id = sessions.start(ADA, 60)
    assert sessions.extend(id, ADA, 60)
    sessions.end(id)
    assert not sessions.extend(id, ADA, 60)
    assert not sessions.is_active(id, ADA)


def test_a_log_in_is_one_persons(store: Store) -> None:
    sessions = Sessions(store)
    id = sessions.start(ADA, 60)
    assert (sessions.is_active(id, ADA), sessions.is_active(id, BOB), sessions.extend(id, BOB, 60)) == (
        True,
        False,
        False,
    )


def test_a_log_in_ends_with_its_time(store: Store) -> None:
    sessions = Sessions(store)
    id = sessions.start(ADA, 0)
    assert (sessions.is_active(id, ADA), sessions.extend(id, ADA, 60)) == (False, False)


def test_a_log_in_that_waits_for_a_code_is_not_active(store: Store) -> None:
    sessions = Sessions(store)
    id = sessions.start(ADA, 60, pending=True)
    assert (sessions.is_active(id, ADA), sessions.is_pending(id, ADA)) == (False, True)
    assert sessions.extend(id, ADA, 60)
    assert (sessions.is_active(id, ADA), sessions.is_pending(id, ADA)) == (True, False)


def test_all_log_ins_of_a_person_end_but_one(store: Store) -> None:
    sessions = Sessions(store)
    first, second, other = sessions.start(ADA, 60), sessions.start(ADA, 60), sessions.start(BOB, 60)
    sessions.end_all(ADA, but=second)
    assert [sessions.is_active(first, ADA), sessions.is_active(second, ADA), sessions.is_active(other, BOB)] == [
        False,
        True,
        True,
    ]


def test_the_oldest_and_those_that_expired_make_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    monkeypatch.setattr(module, "_EACH", 1)
    sessions = Sessions(store)
    sessions.start(ADA, 0)
    ids = [sessions.start(ADA, 60) for _ in range(5)]
    assert store.ids(LOGINS) == ids[2:]
