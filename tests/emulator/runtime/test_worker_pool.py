from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
import pytest

from biot_emulator.runtime.worker_pool import Workers
from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.slow

WHO = """
import os, time
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    if event.get("crash"):
        os._exit(3)
    if event.get("write"):
        with open(os.path.join(os.environ["TMPDIR"], "big"), "wb") as file:
            file.write(bytes(event["write"]))
    return {"pid": os.getpid(), "event": event}
"""


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers(limit=3, idle_seconds=30)
    yield workers
    workers.close()


def test_a_warm_process_is_used_again(workers: Workers, make_function: MakeFunction) -> None:
    function = make_function(WHO)
    first, second = (workers.invoke(function, {"n": n}) for n in range(2))
    assert first.reply["pid"] == second.reply["pid"]
    assert (first.cold, second.cold) == (True, False)
    assert workers.count("demo") == 1


def test_overlapping_calls_get_processes_of_their_own_up_to_the_limit(
    workers: Workers, make_function: MakeFunction
) -> None:
    function = make_function(WHO)
    with ThreadPoolExecutor(8) as threads:
        invocations = list(threads.map(lambda n: workers.invoke(function, {"n": n, "sleep": 0.3}), range(8)))
    assert [invocation.reply["event"]["n"] for invocation in invocations] == list(range(8))
    assert len({invocation.reply["pid"] for invocation in invocations}) == 3
    assert workers.count("demo") == 3


def test_a_process_that_timed_out_is_gone_and_its_late_answer_with_it(
    workers: Workers, make_function: MakeFunction
) -> None:
    function = make_function(WHO, timeout=3)
    pid = workers.invoke(function, {}).reply["pid"]
    late = workers.invoke(function, {"n": "late", "sleep": 3.3})
    assert late.error is not None
    assert (late.error.type, late.status_code) == ("Sandbox.Timedout", 502)
    assert not psutil.pid_exists(pid)
    answers = [workers.invoke(function, {"n": n}) for n in range(3)]
    assert [answer.reply["event"]["n"] for answer in answers] == [0, 1, 2]


def test_a_crash_ends_one_process_and_the_next_event_gets_another(
    workers: Workers, make_function: MakeFunction
) -> None:
    function = make_function(WHO)
    crashed = workers.invoke(function, {"crash": True})
    assert crashed.error is not None
    assert crashed.error.type == "Runtime.ExitError"
    assert workers.count("demo") == 0
    assert workers.invoke(function, {"n": 1}).reply["event"] == {"n": 1}


def test_too_much_in_the_temporary_folder_fails_the_event(workers: Workers, make_function: MakeFunction) -> None:
    function = make_function(WHO)
    assert workers.invoke(function, {"write": 1024}, storage_mb=1).error is None
    exceeded = workers.invoke(function, {"write": 3 * 1024 * 1024}, storage_mb=1)
    assert exceeded.error is not None
    assert (exceeded.error.type, exceeded.reply) == ("Sandbox.StorageExceeded", None)
    assert "Ephemeral storage of 1 MB exceeded: 3 MB used" in exceeded.error.message


def test_an_idle_process_is_ended(make_function: MakeFunction) -> None:
    workers = Workers(idle_seconds=0.2)
    try:
        pid = workers.invoke(make_function(WHO), {}).reply["pid"]
        _wait_until(lambda: workers.count("demo") == 0 and not psutil.pid_exists(pid))
    finally:
        workers.close()


def test_a_changed_function_gets_new_processes(workers: Workers, make_function: MakeFunction) -> None:
    function = make_function(WHO)
    old = workers.invoke(function, {}).reply["pid"]
    new = workers.invoke(function._replace(environment={"MODE": "new"}), {}).reply["pid"]
    assert old != new
    assert not psutil.pid_exists(old)


def test_closing_ends_a_busy_process_and_fails_its_event(make_function: MakeFunction) -> None:
    workers = Workers()
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(workers.invoke, make_function(WHO, timeout=60), {"sleep": 60})
        _wait_until(lambda: workers.count("demo") == 1 and bool(psutil.Process().children()))
        workers.close()
        assert busy.result().error is not None
    assert workers.invoke(make_function(WHO), {}).status_code == 502


WAITS = """
import pathlib, time
def handler(event, context):
    while not pathlib.Path(event["until"]).exists():
        time.sleep(0.01)
    return 1
"""


def test_an_event_that_waits_too_long_for_a_process_is_throttled(make_function: MakeFunction, tmp_path: Path) -> None:
    workers, event = Workers(limit=1, wait_seconds=0.2), {"until": str(tmp_path / "over")}
    function = make_function(WAITS, timeout=60)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(workers.invoke, function, event)
        _wait_until(lambda: workers.count("demo") == 1)
        throttled = workers.invoke(function, event)
        assert throttled.error is not None
        assert (throttled.error.type, throttled.status_code) == ("TooManyRequestsException", 429)
        (tmp_path / "over").touch()
        assert busy.result().reply == 1
    assert workers.invoke(function, event).reply == 1
    workers.close()


def test_who_waits_gets_the_next_process_before_anybody_who_comes_later(
    make_function: MakeFunction, tmp_path: Path
) -> None:
    """Else whoever calls again and again would have it nearly always, and others would wake up for nothing."""
    code = """
    import pathlib, time
    SEEN = []
    def handler(event, context):
        while not pathlib.Path(event["until"]).exists():
            time.sleep(0.01)
        SEEN.append(event["name"])
        return SEEN
    """
    workers, function = Workers(limit=1), make_function(code, timeout=60)

    def call(name: str, times: int) -> list[str]:
        event = {"name": name, "until": str(tmp_path / "over")}
        replies: list[list[str]] = [workers.invoke(function, event).reply for _ in range(times)]
        return replies[-1]

    with ThreadPoolExecutor(4) as threads:
        callers = [threads.submit(call, "first", 5)]
        _wait_until(lambda: workers.count("demo") == 1)
        for name in ("second", "third", "fourth"):
            callers.append(threads.submit(call, name, 1))
            time.sleep(0.5)
        (tmp_path / "over").touch()
        served = max([caller.result() for caller in callers], key=len)
    assert served == ["first", "second", "third", "fourth", *["first"] * 4]
    workers.close()


def test_whoever_is_interrupted_while_waiting_takes_no_process_along(
    make_function: MakeFunction, tmp_path: Path
) -> None:
    workers, event = Workers(limit=1), {"until": str(tmp_path / "over")}
    function = make_function(WAITS, timeout=60)

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(workers.invoke, function, event)
        _wait_until(lambda: workers.count("demo") == 1)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            workers.invoke(function, event)
        (tmp_path / "over").touch()
        assert busy.result().reply == 1
    signal.signal(signal.SIGALRM, previous)
    assert workers.invoke(function, event).cold is False
    workers.close()


def test_a_warm_event_lists_no_temporary_folder_without_files(workers: Workers, make_function: MakeFunction) -> None:
    function, calls = make_function(WHO), Counter[str]()

    def count(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call":
            calls[called.__name__] += 1

    def invoke() -> None:
        for _ in range(2):
            workers.invoke(function, {})
            # Then, the folder is known to have been empty for a while.
            time.sleep(0.12)
        sys.setprofile(count)
        workers.invoke(function, {})
        sys.setprofile(None)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(invoke).result()
    assert (calls["pread"] > 0, calls["scandir"], calls["lstat"], calls["urandom"]) == (True, 0, 0, 0)


@pytest.mark.parametrize("is_replaced", [True, False])
def test_whoever_waits_while_a_plugin_is_deployed_or_deleted_is_answered(
    make_function: MakeFunction, tmp_path: Path, is_replaced: bool
) -> None:
    workers, event = Workers(limit=1), {"until": str(tmp_path / "over")}
    function = make_function(WAITS, timeout=60)
    with ThreadPoolExecutor(4) as threads:
        callers = [threads.submit(workers.invoke, function, event) for _ in range(3)]
        _wait_until(lambda: workers.count("demo") == 1)
        workers.retire("demo")
        if is_replaced:
            callers.append(threads.submit(workers.invoke, function._replace(environment={"MODE": "new"}), event))
        (tmp_path / "over").touch()
        assert [caller.result().reply for caller in callers] == [1] * len(callers)
    workers.close()


def test_whoever_waits_is_served_by_the_version_that_it_waits_for(make_function: MakeFunction, tmp_path: Path) -> None:
    code = WAITS.replace("return 1", "return __import__('os').environ['MODE']")
    workers, event = Workers(limit=1), {"until": str(tmp_path / "over")}
    old = make_function(code, timeout=60, environment={"MODE": "old"})
    with ThreadPoolExecutor(3) as threads:
        callers = [threads.submit(workers.invoke, old, event) for _ in range(3)]
        _wait_until(lambda: workers.count("demo") == 1 and len(workers._pools["demo"].turns) == 2)
        new = workers.invoke(old._replace(environment={"MODE": "new"}), {"until": str(tmp_path)})
        assert new.reply == "new"
        (tmp_path / "over").touch()
        assert [caller.result().reply for caller in callers] == ["old"] * 3
    assert workers.folders() == {old.root}
    workers.retire("demo")
    assert workers.folders() == set()
    workers.close()


def test_closing_ends_what_is_busy_with_a_replaced_version_and_whoever_waits_for_it(
    make_function: MakeFunction, tmp_path: Path
) -> None:
    workers, event = Workers(limit=1), {"until": str(tmp_path / "over")}
    with ThreadPoolExecutor(2) as threads:
        callers = [threads.submit(workers.invoke, make_function(WAITS, timeout=60), event) for _ in range(2)]
        _wait_until(lambda: bool(psutil.Process().children()) and len(workers._pools["demo"].turns) == 1)
        workers.retire("demo")
        workers.close()
        assert psutil.Process().children() == []
        types = {error.type for caller in callers if (error := caller.result().error)}
    assert types == {"Sandbox.Closed", "Runtime.ExitError"}


def test_an_interpreter_that_is_not_there_fails_the_event_in_one_sentence(
    workers: Workers, make_function: MakeFunction
) -> None:
    function = make_function(WHO)._replace(interpreter=make_function(WHO).root / "python9.9")
    invocation = workers.invoke(function, {})
    assert invocation.error is not None
    assert "python9.9 does not run" in invocation.error.message


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
