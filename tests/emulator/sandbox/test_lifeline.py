"""Plugins end with the process that runs them, also where that is killed and can end nothing itself."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from biot_emulator.sandbox.lifeline import Lifeline

pytestmark = pytest.mark.slow

#: Runs a plugin, and says the ids of its processes once it is busy.
PARENT = """
    import sys
    from pathlib import Path
    from biot_emulator import Function
    from biot_emulator.runtime.execution_environment import Runtime

    with Runtime(Function(Path(sys.argv[1]), Path(sys.executable), "demo", timeout=60)) as runtime:
        print(*runtime.invoke({"busy": False}).reply, flush=True)
        runtime.invoke({"busy": True})
"""
PLUGIN = """
    import os, subprocess

    children = [subprocess.Popen(["sleep", "60"])]

    def handler(event, context):
        while event["busy"]:
            pass
        return [os.getpid(), children[0].pid]
"""
#: Holds on to a pipe as `launch.py` has it, with the kernel's help or without, and has a child as well.
FAR_END = """
    import fcntl, subprocess, sys
    from biot_emulator.sandbox import launch

    if sys.argv[2] == "thread":
        vars(fcntl).pop("F_SETSIG", None)
    launch._end_with(int(sys.argv[1]))
    print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
    while True:
        pass
"""


def test_a_busy_plugin_ends_with_the_process_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(textwrap.dedent(PLUGIN))
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        left = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(left) == 2
        assert all(map(running, left))
        parent.send_signal(signal.SIGKILL)
    wait_until_gone(left)


@pytest.mark.parametrize("by", ["kernel", "thread"])
@pytest.mark.parametrize("early", [False, True])
def test_a_group_ends_with_its_lifeline(by: str, early: bool) -> None:
    lifeline = Lifeline()
    command = [sys.executable, "-c", textwrap.dedent(FAR_END), str(lifeline.far_end), by]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, pass_fds=(lifeline.far_end,)
    ) as process:
        lifeline.hand_over()
        assert process.stdout is not None
        if early:
            lifeline.cut()
        children = [int(line) for line in process.stdout.readline().split()]
        assert early or len(children) == 1
        lifeline.cut()
        assert process.wait(20) == -signal.SIGKILL
    wait_until_gone(children)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(map(running, pids)):
        assert time.monotonic() < deadline, "they go on"
        time.sleep(0.01)
