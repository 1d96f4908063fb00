"""A plugin's process, and whatever it starts, has Lambda's limits and cannot lift them."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from biot_emulator import Runtime
from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.slow

LIMITS = """
import os, resource, subprocess, sys
NAMES = ("RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_NPROC")
def limits():
    return [list(resource.getrlimit(getattr(resource, name))) for name in NAMES]
"""
NO_CORE = [0, 0]


def reply_of(make_function: MakeFunction, code: str) -> Any:
    with Runtime(make_function(LIMITS + textwrap.dedent(code))) as runtime:
        invocation = runtime.invoke({})
        assert invocation.error is None, invocation.logs
        return invocation.reply


def test_it_opens_as_many_files_as_on_lambda(make_function: MakeFunction) -> None:
    code = """
        def handler(event, context):
            files = []
            try:
                while len(files) < 2000:
                    files.append(open(os.devnull))
            except OSError as error:
                reason = error.strerror
            highest = files[-1].fileno()
            del files[:]
            return [highest, reason]
    """
    assert reply_of(make_function, code) == [1023, "Too many open files"]


def test_what_it_starts_has_the_limits_too_and_nobody_lifts_them(make_function: MakeFunction) -> None:
    code = """
        def handler(event, context):
            command = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE))"
            started = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True).stdout
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
            except ValueError:
                started = "not lifted " + started
            return [limits(), started]
    """
    (files, core, _), started = reply_of(make_function, code)
    assert (files, core) == ([1024, 1024], NO_CORE)
    assert started == "not lifted (1024, 1024)\n"


@pytest.mark.usefixtures("isolating")
def test_its_processes_and_threads_are_limited(make_function: MakeFunction) -> None:
    reply = reply_of(make_function, "def handler(event, context): return [limits(), os.readlink('/proc/self/ns/user')]")
    (_, _, processes), users = reply
    if users == os.readlink("/proc/self/ns/user"):  # noqa: PTH115
        pytest.skip("this machine allows no namespaces of users")
    assert processes == [1024, 1024]


@pytest.mark.skipif(os.geteuid() == 0, reason="the kernel counts no threads of the administrator")
@pytest.mark.usefixtures("isolating")
def test_a_thread_beyond_the_limit_is_not_started(make_function: MakeFunction) -> None:
    code = """
        import threading
        def handler(event, context):
            threading.stack_size(64 * 1024)
            done, threads = threading.Event(), []
            try:
                while len(threads) < 1200:
                    threads.append(threading.Thread(target=done.wait))
                    threads[-1].start()
            except RuntimeError as error:
                reason = str(error)
            count = threading.active_count()
            done.set()
            return [count, reason]
    """
    count, reason = reply_of(make_function, code)
    assert 1000 < count <= 1024
    assert reason == "can't start new thread"


@pytest.mark.usefixtures("not_isolating")
def test_where_nothing_isolates_it_the_users_other_processes_do_not_count(make_function: MakeFunction) -> None:
    files, core, processes = reply_of(make_function, "def handler(event, context): return limits()")
    assert (files, core) == ([1024, 1024], NO_CORE)
    assert processes == list(resource.getrlimit(resource.RLIMIT_NPROC))


def test_a_limit_that_is_lower_already_stays(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(f"{LIMITS}\ndef handler(event, context): return limits()[0]")
    program = """
        import resource, sys
        from pathlib import Path
        from biot_emulator import Function, Runtime

        if __name__ == "__main__":
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
            with Runtime(Function(Path(sys.argv[1]), Path(sys.executable), "demo", timeout=20)) as runtime:
                print(runtime.invoke({}).reply)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[256, 256]\n", done.stderr


def test_a_crash_leaves_no_memory_behind(make_function: MakeFunction, tmp_path: Path) -> None:
    with Runtime(make_function("import os\ndef handler(event, context): os.abort()")) as runtime:
        invocation = runtime.invoke({})
    assert invocation.error is not None
    assert (invocation.error.type, "aborted" in invocation.error.message) == ("Runtime.ExitError", True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("core")] == []
