"""The processes of a sandbox, found by real ones."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from biot_emulator.sandbox import process_group
from biot_emulator.sandbox.lifeline import Lifeline
from biot_emulator.sandbox.process_group import ProcessGroup

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil is asked")

#: Starts a child when it is told to, and says so.
KEEPER = "read line; sleep 60 & echo started; wait"


@contextmanager
def keeping() -> Iterator[tuple[ProcessGroup, Callable[[], object]]]:
    """The processes below one that starts another when the function is called."""
    command = ("sh", "-c", KEEPER)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        given, started = keeper.stdin, keeper.stdout

        def start() -> None:
            given.write(b"\n")
            given.flush()
            assert started.readline() == b"started\n"

        lifeline = Lifeline()
        group = ProcessGroup(keeper, lifeline, None, ("NAME", "value"))
        try:
            yield group, start
        finally:
            # The lifeline is nobody's here: what is left is searched for, and killed.
            keeper.kill()
            group.kill()
            lifeline.cut()


def listings(group: ProcessGroup, moments: int) -> int:
    """How many folders are listed while the memory is measured at moments that are long enough apart for a search."""
    calls = Counter[str]()

    def count(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            calls[function.__name__] += 1

    for _ in range(moments):
        time.sleep(0.06)
        sys.setprofile(count)
        group.memory()
        sys.setprofile(None)
    return calls["listdir"]


def test_processes_are_searched_for_only_where_any_have_been_started(monkeypatch: pytest.MonkeyPatch) -> None:
    last = iter([b"1"] * 4 + [b"2"] * 3)
    monkeypatch.setattr(process_group, "last_started", lambda: next(last))
    monkeypatch.setattr(process_group, "_SEARCH_ANYWAY_SECONDS", 1000.0)
    with keeping() as (group, _):
        assert (listings(group, 1), listings(group, 3)) == (1, 0)
        assert (listings(group, 1), listings(group, 2)) == (1, 0)


def test_they_are_always_searched_for_where_the_system_does_not_say_what_has_been_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process_group, "last_started", lambda: None)
    with keeping() as (group, _):
        assert listings(group, 3) == 3


def test_they_are_searched_for_after_a_while_whatever_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_group, "last_started", lambda: b"1")
    monkeypatch.setattr(process_group, "_SEARCH_ANYWAY_SECONDS", 0.1)
    with keeping() as (group, _):
        assert listings(group, 4) >= 2


def test_what_is_started_later_is_found_and_measured() -> None:
    with keeping() as (group, start):
        before = group.memory()
        start()
        time.sleep(0.06)
        assert before == 0 < group.memory()
