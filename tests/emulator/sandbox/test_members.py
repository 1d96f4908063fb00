"""The processes of a sandbox, one by one, by real ones."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from types import FrameType
from typing import Any

import psutil
import pytest

from biot_emulator.sandbox.members import Member, runs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil is asked")


def test_a_process_is_asked_by_one_read_for_each_answer() -> None:
    member, calls = Member(psutil.Process()), Counter[str]()

    def count(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            calls[function.__name__] += 1

    sys.setprofile(count)
    answers = [(member.resident_bytes, member.runs) for _ in range(10)]
    sys.setprofile(None)
    assert all(size > 1_000_000 and is_running for size, is_running in answers)
    assert (calls["pread"], calls["open"], calls["read"]) == (20, 0, 0)


def test_what_has_ended_has_no_memory_and_does_not_run() -> None:
    """Also where nobody has asked for its end yet, or where another process has its id by now."""
    process = subprocess.Popen(["sleep", "60"])
    member = Member(psutil.Process(process.pid))
    assert (member.resident_bytes > 0, member.runs, runs(member.process)) == (True, True, True)
    process.kill()
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert (member.resident_bytes, member.runs, runs(member.process)) == (0, False, False)
    process.wait()
    assert (member.resident_bytes, member.runs, runs(member.process)) == (0, False, False)


def test_nothing_stays_open_of_a_process_that_nobody_needs() -> None:
    before = psutil.Process().num_fds()
    member = Member(psutil.Process())
    assert psutil.Process().num_fds() == before + 1
    del member
    assert psutil.Process().num_fds() == before
