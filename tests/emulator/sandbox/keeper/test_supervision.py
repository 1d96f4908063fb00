"""Whatever a plugin starts ends with it: also what has left its group, its session, its parent and its variables."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from biot_emulator import Runtime
from biot_emulator.sandbox.control_group import ControlGroup
from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.slow

#: Starts a process that nothing connects with its plugin any more, and returns its id.
DAEMON = """
import os, signal, sys, time

def daemon(then="time.sleep(60)"):
    reader, writer = os.pipe()
    between = os.fork()
    if between == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.write(writer, str(os.getpid()).encode())
        os.closerange(3, 100)
        os.execve(sys.executable, [sys.executable, "-S", "-c", f"import os, time; {then}"], {})
    os.waitpid(between, 0)
    return int(os.read(reader, 20))

def wait_for_group():
    while "/biot-plugin-" not in open("/proc/self/cgroup").read():
        time.sleep(0.01)
"""
#: Runs a plugin, and says what it returned before it is busy.
PARENT = """
    import sys
    from pathlib import Path
    from biot_emulator import Function
    from biot_emulator.runtime.execution_environment import Runtime

    with Runtime(Function(Path(sys.argv[1]), Path(sys.executable), "demo", timeout=60)) as runtime:
        print(*runtime.invoke({"busy": False}).reply, flush=True)
        runtime.invoke({"busy": True})
"""
BUSY = """
def handler(event, context):
    while event["busy"]:
        pass
    return [os.getpid(), os.getppid(), daemon()]
"""


@pytest.fixture(params=["with a control group", "without"])
def control_group(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(ControlGroup, "create", lambda: None)


@pytest.fixture
def can_create_groups() -> None:
    if not (group := ControlGroup.create()):
        pytest.skip("this process may not create control groups")
    group.remove()


def test_everything_ends_with_the_emulator_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(DAEMON + BUSY)
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        left = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(left) == 3
        assert all(map(running, left))
        parent.send_signal(signal.SIGKILL)
    wait_until_gone(left)


@pytest.mark.parametrize("end", ["close", "timeout", "exit", "crash"])
def test_everything_ends_with_the_execution_environment(
    make_function: MakeFunction, control_group: None, end: str
) -> None:
    code = """
def handler(event, context):
    print(daemon(), flush=True)
    if event == "timeout": time.sleep(60)
    if event == "exit": os._exit(3)
    if event == "crash": os.kill(os.getpid(), signal.SIGSEGV)
"""
    with Runtime(make_function(DAEMON + code, timeout=1.5)) as runtime:
        invocation = runtime.invoke(end)
        pids = [int(line) for line in invocation.logs]
        assert [running(pid) for pid in pids] == [end == "close"]
    assert not any(map(running, pids))
    kinds = {"timeout": "Sandbox.Timedout", "exit": "Runtime.ExitError", "crash": "Runtime.ExitError"}
    assert (invocation.error and invocation.error.type) == kinds.get(end)


def test_a_chain_of_processes_that_outrun_each_other_ends(make_function: MakeFunction) -> None:
    code = """
def handler(event, context):
    return daemon("exec('for _ in range(10**9):\\n if os.fork(): os._exit(0)\\n os.setsid()\\n time.sleep(0.001)')")
"""
    with Runtime(make_function(DAEMON + code)) as runtime:
        assert isinstance(runtime.invoke({}).reply, int)
        [keeper] = psutil.Process().children()
    assert not running(keeper.pid)
    # The last of the chain would have been reaped by nobody else.
    assert not [process for process in psutil.process_iter(["cmdline"]) if "range(10**9)" in str(process.info)]


AGAINST_KEEPER = """
def handler(event, context):
    if event == signal.SIGKILL: wait_for_group()
    print(os.getpid(), daemon(), flush=True)
    os.kill(os.getppid(), event)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_plugin_that_signals_its_keeper_ends_as_well(make_function: MakeFunction, number: signal.Signals) -> None:
    with Runtime(make_function(DAEMON + AGAINST_KEEPER, timeout=1)) as runtime:
        ends_after(runtime, int(number), "Sandbox.Timedout")


def test_a_plugin_that_kills_its_keeper_ends_as_well(make_function: MakeFunction, can_create_groups: None) -> None:
    with Runtime(make_function(DAEMON + AGAINST_KEEPER, timeout=20)) as runtime:
        ends_after(runtime, int(signal.SIGKILL), "Runtime.ExitError")


def ends_after(runtime: Runtime, number: int, error: str) -> None:
    invocation = runtime.invoke(number)
    assert (invocation.error and invocation.error.type) == error
    pids = [int(word) for line in invocation.logs for word in line.split()]
    assert len(pids) == 2
    wait_until_gone(pids)


def test_the_memory_of_what_lost_its_parent_counts(make_function: MakeFunction) -> None:
    code = """
def handler(event, context):
    daemon("block = bytearray(200_000_000); time.sleep(60)")
    time.sleep(15)
"""
    with Runtime(make_function(DAEMON + code, memory_mb=128)) as runtime:
        invocation = runtime.invoke({})
    assert invocation.error is not None
    assert invocation.error.type == "Runtime.OutOfMemory"


def test_the_memory_counts_between_events_as_well(make_function: MakeFunction) -> None:
    code = """
def handler(event, context):
    if event == "start":
        return [daemon("block = bytearray(200_000_000); time.sleep(60)"), os.getpid(), os.getppid()]
    return "here"
"""
    with Runtime(make_function(DAEMON + code, memory_mb=128)) as runtime:
        wait_until_gone(runtime.invoke("start").reply)
        again = runtime.invoke("again")
    assert (again.reply, again.cold) == ("here", True)


def test_a_signal_to_the_plugins_group_reaches_the_plugin_alone(make_function: MakeFunction) -> None:
    code = "import os, signal\ndef handler(event, context): os.killpg(0, signal.SIGTERM)"
    with Runtime(make_function(code)) as runtime:
        invocation = runtime.invoke({})
    assert invocation.error is not None
    assert invocation.error.message.endswith("signal: terminated")


def test_a_plugins_variables_do_not_reach_the_keeper(make_function: MakeFunction, tmp_path: Path) -> None:
    """With LD_PRELOAD it could run code where nothing isolates it."""
    variables = {"LD_PRELOAD": str(tmp_path / "none.so"), "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": "x"}
    code = "import os\ndef handler(event, context): return [os.getppid(), os.environ['PYTHONSTARTUP']]"
    with Runtime(make_function(code, environment=variables)) as runtime:
        keeper, value = runtime.invoke({}).reply
        assert (psutil.Process(keeper).environ(), value) == ({}, "x")


def test_a_plugin_inherits_neither_files_nor_the_mask_of_permissions(make_function: MakeFunction) -> None:
    code = """
    import os
    at_start = {name: os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if int(name) > 2
                and os.path.exists(f"/proc/self/fd/{name}")}
    def handler(event, context):
        return [[file for file in at_start.values() if file.startswith("/")], os.umask(0)]
    """
    before = os.umask(0o077)
    try:
        with Runtime(make_function(code)) as runtime:
            assert runtime.invoke({}).reply == [[], 0o022]
    finally:
        os.umask(before)


def test_a_control_group_is_removed_with_its_processes(make_function: MakeFunction, can_create_groups: None) -> None:
    code = """
def handler(event, context):
    wait_for_group()
    return open("/proc/self/cgroup").read(), daemon()
"""
    with Runtime(make_function(DAEMON + code)) as runtime:
        groups, _ = runtime.invoke({}).reply
        [name] = [line.rpartition("/")[2] for line in groups.splitlines() if "/biot-plugin-" in line]
        own = ControlGroup.create()
        assert own is not None
        folder = own.folder.parent / name
        assert len(ControlGroup(folder).pids()) == 2
        own.remove()
    assert not folder.exists()
    assert not own.folder.exists()


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
