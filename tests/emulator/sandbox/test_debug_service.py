"""What a process that is debugged asks the emulator, by plugins that ask it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import debugpy
import pytest

from biot_emulator import Runtime
from biot_emulator.debugging.clock import Clock
from biot_emulator.debugging.port import DebugPort
from biot_emulator.debugging.settings import Debugging
from biot_emulator.runtime.worker_pool import Workers
from tests.debug_adapter import Debugger
from tests.emulator.conftest import CLIENTS, MakeFunction

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("client", CLIENTS)]

LIBRARY = Path(debugpy.__file__).parent
LEFT = """
import os, time
def handler(event, context):
    before = context.get_remaining_time_in_millis()
    time.sleep(event.get("sleep", 0))
    breakpoint()
    return {"before": before, "after": context.get_remaining_time_in_millis(), "pid": os.getpid()}
"""


def test_the_time_of_an_event_stands_still_and_counts_again(make_function: MakeFunction) -> None:
    clock = Clock()
    with DebugPort(0, clock) as port:
        function = make_function(LEFT, timeout=2, debugging=Debugging(clock, port, LIBRARY))
        with Runtime(function) as runtime, ThreadPoolExecutor() as threads:
            with clock.held():
                waiting = threads.submit(runtime.invoke, {"sleep": 2.5})
                reply = waiting.result().reply
            assert reply["before"] == reply["after"] == 2000
            counting = runtime.invoke({"sleep": 0.2}).reply
            assert counting["after"] <= counting["before"] - 200
            late = runtime.invoke({"sleep": 3})
            assert late.error
            assert late.error.type == "Sandbox.Timedout"


def test_the_wait_for_a_debugger_has_an_end(make_function: MakeFunction) -> None:
    clock = Clock()
    with DebugPort(0, clock) as port:
        function = make_function("1 / 0", debugging=Debugging(clock, port, LIBRARY, wait_seconds=0.3))
        with Runtime(function) as runtime:
            error = runtime.invoke({}).error
        assert error
        assert (error.type, error.phase) == ("Sandbox.NoDebugger", "init")
        assert error.message == f"No debugger was attached on {port.address} within 0.3 seconds"
    assert not clock.is_held()


def test_a_debugger_finds_a_process_that_nothing_else_has_started(make_function: MakeFunction) -> None:
    """One at a time; none that is debugged is ended because it does nothing."""
    clock, workers = Clock(), Workers(idle_seconds=0.01)
    with DebugPort(0, clock) as port:
        function = make_function(LEFT, debugging=Debugging(clock, port, LIBRARY))
        port.start = lambda: workers.start(function)
        with Debugger(port.address) as debugger, ThreadPoolExecutor() as threads:
            debugger.attach()
            assert workers.count("demo") == 1
            first = threads.submit(workers.invoke, function, {})
            assert debugger.wait_until_stopped()["name"] == "handler"
            workers.start(function)
            second = threads.submit(workers.invoke, function, {})
            time.sleep(0.3)
            assert not second.done()
            assert workers.count("demo") == 1
            debugger.resume()
            debugger.wait_until_stopped()
            debugger.resume()
            assert first.result().reply["pid"] == second.result().reply["pid"]
            debugger.detach()
        workers.close()
        workers.start(function)
        assert workers.count("demo") == 0


def test_a_process_that_cannot_be_started_holds_no_place(make_function: MakeFunction, tmp_path: Path) -> None:
    clock, workers = Clock(), Workers()
    with DebugPort(0, clock) as port:
        good = make_function(LEFT, debugging=Debugging(clock, port, LIBRARY))
        bad = make_function(LEFT, debugging=Debugging(clock, port, tmp_path / "none"))
        assert workers.invoke(bad, {}).error
        assert workers.invoke(good, {}).reply["pid"]
        workers.close()


def test_nobody_asks_for_what_a_plugin_that_is_not_debugged_has_not(make_function: MakeFunction) -> None:
    ask = """
    import os, urllib.error, urllib.request
    def handler(event, context):
        url = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/debugging/" + event["path"]
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=event["method"])) as response:
                return response.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
    """
    asked = [("GET", "remaining"), ("POST", "quit"), ("PUT", "prompt")]
    with Runtime(make_function(ask)) as runtime:
        assert [runtime.invoke({"method": how, "path": path}).reply for how, path in asked] == [404, 404, 404]
    with Runtime(make_function(ask, debugging=Debugging())) as runtime:
        replies = [runtime.invoke({"method": how, "path": path}).reply for how, path in asked[::2]]
        assert replies == [200, 404]
        # Nobody can attach, whatever the process says.
        assert runtime.invoke({"method": "POST", "path": "listening"}).reply == 202


@pytest.mark.parametrize("body", ["", "{", "[]", '{"host": "127.0.0.1"}', '{"host": "127.0.0.1", "port": "x"}'])
def test_what_is_no_address_is_refused(make_function: MakeFunction, body: str) -> None:
    ask = f"""
    import os, urllib.error, urllib.request
    def handler(event, context):
        url = f"http://{{os.environ['AWS_LAMBDA_RUNTIME_API']}}/2018-06-01/runtime/debugging/listening"
        try:
            urllib.request.urlopen(url, {body.encode()!r}).close()
        except urllib.error.HTTPError as error:
            with error:
                return error.code
    """
    clock = Clock()
    with DebugPort(0, clock) as port, Runtime(make_function(ask, debugging=Debugging(clock, port, LIBRARY))) as runtime:
        assert runtime.invoke({}).reply == 400


def test_a_breakpoint_that_nobody_is_asked_about_is_a_warning(make_function: MakeFunction) -> None:
    with Runtime(make_function(LEFT, debugging=Debugging())) as runtime:
        done = [runtime.invoke({}), runtime.invoke({})]
    assert [invocation.error for invocation in done] == [None, None]
    assert [sum("breakpoint() does nothing" in line for line in invocation.logs) for invocation in done] == [1, 0]


def test_a_plugin_of_the_platform_fails_at_a_breakpoint_as_on_lambda(make_function: MakeFunction) -> None:
    with Runtime(make_function(LEFT)) as runtime:
        error = runtime.invoke({}).error
    assert error
    assert error.type == "BdbQuit"
