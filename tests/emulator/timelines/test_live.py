"""Whoever listens is told of each change, and no call waits for a listener."""

from __future__ import annotations

import asyncio
import threading

import pytest

from biot_emulator.api.errors import TooManyRequests
from biot_emulator.state.clock import Clock
from biot_emulator.timelines import live
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.live import Listeners
from biot_emulator.timelines.recorded_calls import CallKind, Sent


def test_each_listener_is_told_of_each_call_once_however_often_it_changes() -> None:
    listeners = Listeners()
    first, second = listeners.open(), listeners.open(["old"])
    for id in ("a", "b", "a"):
        listeners.notify(id)
    assert asyncio.run(first.take(0)) == ["a", "b"]
    assert asyncio.run(second.take(0)) == ["old", "a", "b"]


def test_a_listener_that_waits_is_woken_by_another_thread_and_by_the_end() -> None:
    listeners = Listeners()
    listener = listeners.open()

    async def listen() -> tuple[list[str], list[str], list[str]]:
        soon = threading.Timer(0.01, listeners.notify, ["a"])
        soon.start()
        changed = await listener.take(30)
        nothing = await listener.take(0.001)
        end = threading.Timer(0.01, listeners.close)
        end.start()
        closed = await listener.take(30)
        soon.join()
        end.join()
        return changed, nothing, closed

    assert asyncio.run(listen()) == (["a"], [], [])
    assert listener.closed
    with pytest.raises(TooManyRequests):
        listeners.open()
    # Its loop is gone.
    listener.close()


def test_a_listener_that_is_too_far_behind_is_dropped_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MAX_BEHIND", 3)
    listeners = Listeners()
    slow, quick = listeners.open(), listeners.open()

    async def listen() -> None:
        for number in range(4):
            listeners.notify(str(number))
            await quick.take(0)

    asyncio.run(listen())
    assert (slow.closed, quick.closed, len(listeners)) == (True, False, 1)


def test_only_so_many_can_listen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MAX_LISTENERS", 2)
    listeners = Listeners()
    first, _ = listeners.open(), listeners.open()
    with pytest.raises(TooManyRequests, match="close a page"):
        listeners.open()
    listeners.remove(first)
    listeners.open()


def test_whoever_comes_back_is_told_what_it_has_missed() -> None:
    calls = CallHistory(Clock())
    ids = [calls.begin(CallKind.API, Sent("GET", "/")) for _ in range(3)]
    first = calls.get(ids[0])
    assert first
    calls.finish(ids[0], 200, {}, b"")
    known = first.version
    calls.finish(ids[1], 200, {}, b"")
    listener = calls.listen(known)

    async def listen() -> tuple[list[str], list[str]]:
        missed = await listener.take(0)
        calls.clear()
        return missed, await listener.take(0)

    assert asyncio.run(listen()) == ([ids[1]], [""])
