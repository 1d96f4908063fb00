from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import psutil
import pytest
from hypothesis import given, settings, strategies as st

from biot_emulator import EmulatorError, Function, InvalidEvent, Runtime, RuntimeClient, SandboxUnavailable
from biot_emulator.sandbox import plugin_process
from tests.emulator.conftest import CLIENTS, MakeFunction, child_processes

pytestmark = pytest.mark.slow

ECHO = """
def handler(event, context):
    return event
"""

# For what takes its time and is the same whatever runs in the process.
any_client = pytest.mark.parametrize("client", [None])


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> RuntimeClient:
    client: RuntimeClient = request.param
    return client


def test_a_reply_comes_back_and_the_process_stays_warm(make_function: MakeFunction) -> None:
    with Runtime(
        make_function("import os\ndef handler(event, context): return {**event, 'pid': os.getpid()}")
    ) as runtime:
        first, second = runtime.invoke({"n": 1}), runtime.invoke({"n": 2})
        running = [runtime.is_running]
    assert [*running, runtime.is_running] == [True, False]
    assert (first.reply["n"], second.reply["n"]) == (1, 2)
    assert first.reply["pid"] == second.reply["pid"]
    assert (first.cold, second.cold) == (True, False)
    assert first.init_ms is not None
    assert first.init_ms > 0
    assert second.init_ms is None
    assert first.duration_ms > 0
    assert 5 < first.max_memory_mb < 128
    assert (first.status_code, first.body, first.error) == (200, first.reply, None)
    assert first.headers["content-type"] == "application/json"


def test_the_environment_is_lambdas_and_the_plugins_and_nobody_elses(
    make_function: MakeFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "AWS_PROFILE", "PYTHONPATH", "MY_SECRET", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/of/the/developer")
    code = "import os\ndef handler(event, context): return dict(os.environ)"
    function = make_function(code, environment={"PLUGIN_OWN": "é", "AWS_REGION": "us-east-1"}, memory_mb=256)
    with Runtime(function) as runtime:
        seen = runtime.invoke({}).reply
    version = "{}.{}".format(*sys.version_info)
    assert "/of/the/developer" not in seen.values()
    assert seen["PLUGIN_OWN"] == "é"
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "Plugin-demo"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_EXECUTION_ENV"] == f"AWS_Lambda_python{version}"
    assert seen["LAMBDA_TASK_ROOT"] == str(function.root)
    assert seen["_HANDLER"] == "index.handler"
    assert seen["TZ"] == ":UTC"
    # LC_CTYPE is what Python itself sets where a machine lacks the locale.
    assert set(seen) - {"LC_CTYPE", "PLUGIN_OWN"} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TZ",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }


def test_the_plugins_folder_comes_first_and_ours_is_not_there(
    make_function: MakeFunction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    function = make_function("import sys\ndef handler(event, context): return [sys.path, sys.argv[1:]]")
    relative = function._replace(root=function.root.relative_to(tmp_path.parent))
    with Runtime(relative) as runtime:
        path, arguments = runtime.invoke({}).reply
    assert path[0] == str(tmp_path)
    assert not any(entry.endswith(("biot_emulator", "_runtime_client")) for entry in path)
    assert arguments == ["index.handler"]


def test_a_module_of_the_plugins_may_have_a_name_of_the_librarys(make_function: MakeFunction) -> None:
    function = make_function("import email\ndef handler(event, context): return email.send()")
    (function.root / "email.py").write_text("def send(): return 'sent'")
    with Runtime(function) as runtime:
        assert runtime.invoke({}).reply == "sent"


def test_the_context_knows_the_function_and_the_deadline(make_function: MakeFunction) -> None:
    code = """
    def handler(event, context):
        return [context.get_remaining_time_in_millis(), context.function_name, context.invoked_function_arn,
                context.aws_request_id, context.memory_limit_in_mb]
    """
    with Runtime(make_function(code, timeout=30)) as runtime:
        remaining, name, arn, request_id, memory = runtime.invoke({}).reply
        assert 0 < remaining <= 30_000
        assert (name, memory) == ("Plugin-demo", "128")
        assert arn.endswith(":function:Plugin-demo")
        assert runtime.invoke({}).reply[3] != request_id


def test_the_context_has_every_name_that_lambdas_has(make_function: MakeFunction) -> None:
    code = """
    import os
    def handler(event, context):
        context.log("logged")
        return [repr(context), context.w3c(), context.identity.cognito_identity_id, context.client_context,
                os.environ["_X_AMZN_TRACE_ID"], context.aws_request_id, context.log_stream_name]
    """
    with Runtime(make_function(code)) as runtime:
        invocation = runtime.invoke({})
    rendered, fields, identity, client_context, trace, request_id, stream = invocation.reply
    assert (fields, identity, client_context, invocation.logs) == ({}, None, None, ["logged"])
    assert trace.startswith("Root=1-")
    assert rendered == (
        f"LambdaContext([aws_request_id={request_id},log_group_name=/aws/lambda/Plugin-demo,log_stream_name={stream},"
        "function_name=Plugin-demo,memory_limit_in_mb=128,function_version=$LATEST,"
        "invoked_function_arn=arn:aws:lambda:eu-central-1:123456789012:function:Plugin-demo,client_context=None,"
        "identity=CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None]),tenant_id=None])"
    )


def test_log_records_have_lambdas_format(make_function: MakeFunction) -> None:
    code = """
    import logging
    logging.getLogger().setLevel("INFO")
    logging.info("loaded")
    def handler(event, context):
        logging.getLogger("own").info("line %d", 1)
        return context.aws_request_id
    """
    with Runtime(make_function(code)) as runtime:
        invocation = runtime.invoke({})
    (level, time, request_id, message), record = [line.split("\t") for line in invocation.logs]
    assert (level, request_id, message) == ("[INFO]", "", "loaded")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert [record[0], *record[2:]] == ["[INFO]", invocation.reply, "line 1"]


def test_a_handler_in_another_module(make_function: MakeFunction) -> None:
    function = make_function("")
    (function.root / "src").mkdir()
    (function.root / "src" / "main.py").write_text("def run(event, context): return 'here'")
    with Runtime(function._replace(handler="src/main.run")) as runtime:
        assert runtime.invoke({}).reply == "here"


_BAD_HANDLERS: dict[str, tuple[str, str, str, str]] = {
    "exit": ("import sys; sys.exit(3)", "Runtime.ExitError", "exit status 3", "invoke"),
    "exit at once": ("import os; os._exit(4)", "Runtime.ExitError", "exit status 4", "invoke"),
    "exit well": ("import os; os._exit(0)", "Runtime.ExitError", "without providing a reason", "invoke"),
    "crash": ("import os; os.kill(os.getpid(), 11)", "Runtime.ExitError", "signal: segmentation fault", "invoke"),
    "exception": ("raise KeyError('who')", "KeyError", "'who'", "invoke"),
    "own exception": ("class Odd(Exception): pass\n    raise Odd('a\\nb')", "Odd", "a\nb", "invoke"),
    "late import": ("import nothing_of_that_name", "ModuleNotFoundError", "nothing_of_that_name", "invoke"),
    "a set": ("return {1}", "Runtime.MarshalError", "set is not JSON serializable", "invoke"),
    "deep list": (
        "a = []\n    for _ in range(50_000): a = [a]\n    return a",
        "Runtime.MarshalError",
        "Unable to marshal response: maximum recursion depth exceeded",
        "invoke",
    ),
    "not a number": ("return float('nan')", "Runtime.MarshalError", "NaN is not JSON", "invoke"),
    "bytes": ("return b'abc'", "Runtime.MarshalError", "not JSON", "invoke"),
    "status": ("return {'statusCode': 'fine'}", "Function.MalformedReply", "statusCode", "invoke"),
    "size": ("return 'x' * 6_400_000", "Function.ResponseSizeTooLarge", "6 MB", "invoke"),
    "memory": (
        "block = bytearray(200_000_000)\n    import time; time.sleep(15)",
        "Runtime.OutOfMemory",
        "Memory limit of 64 MB exceeded",
        "invoke",
    ),
    "timeout": ("import time; time.sleep(15)", "Sandbox.Timedout", "Task timed out after 2.00 seconds", "invoke"),
}


@pytest.mark.parametrize("name", _BAD_HANDLERS)
def test_every_bad_end_has_its_name(make_function: MakeFunction, name: str) -> None:
    body, kind, message, phase = _BAD_HANDLERS[name]
    timeout = 2 if name == "timeout" else 20
    code = f"def handler(event, context):\n    if event == 'fine': return event\n    print('before')\n    {body}\n"
    with Runtime(make_function(code, timeout=timeout, memory_mb=64)) as runtime:
        bad, good = runtime.invoke({}), runtime.invoke("fine")
    assert bad.error is not None
    assert (bad.error.type, bad.error.phase) == (kind, phase)
    assert message in bad.error.message
    assert (bad.status_code, bad.reply, bad.body) == (502, None, "Internal Server Error")
    assert bad.logs[0] == "before"
    assert (good.reply, good.error) == ("fine", None)
    ended = kind in ("Runtime.ExitError", "Runtime.OutOfMemory", "Sandbox.Timedout")
    assert good.cold is ended


def test_an_exception_brings_its_frames(make_function: MakeFunction) -> None:
    with Runtime(make_function("def handler(event, context):\n    raise ValueError('why')\n")) as runtime:
        bad = runtime.invoke({})
    assert bad.error is not None
    assert any("index.py" in frame and "line 2" in frame for frame in bad.error.stack_trace)
    assert bad.logs[0].startswith("[ERROR] ValueError: why")
    assert "    raise ValueError('why')" in bad.logs
    assert not any("\r" in line or "\u00a0" in line for line in bad.logs)


_BAD_MODULES = {
    "missing module": (
        "import nothing_of_that_name",
        "Runtime.ImportModuleError",
        "No module named 'nothing_of_that_name'",
        "ModuleNotFoundError: No module named 'nothing_of_that_name'",
    ),
    "syntax": ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index'", "def handler(:"),
    "no handler": ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'", "[ERROR]"),
    "exception": ("raise LookupError('at import')", "LookupError", "at import", "at import"),
    "exit": ("import sys\nprint('bye')\nsys.exit(5)", "Runtime.ExitError", "exit status 5", "bye"),
}


@pytest.mark.parametrize("name", _BAD_MODULES)
def test_a_plugin_that_cannot_be_loaded(make_function: MakeFunction, name: str) -> None:
    code, kind, message, logged = _BAD_MODULES[name]
    function = make_function(code)
    with Runtime(function) as runtime:
        bad = runtime.invoke({})
        assert bad.error is not None
        assert (bad.error.type, bad.error.phase) == (kind, "init")
        assert message in bad.error.message
        assert any(logged in line for line in bad.logs)
        assert (bad.status_code, bad.init_ms, bad.cold) == (502, None, True)
        (function.root / "index.py").write_text("def handler(event, context):\n    return 'mended'\n")
        assert runtime.invoke({}).reply == "mended"


def test_the_traceback_of_a_failed_import_names_the_plugins_lines_alone(make_function: MakeFunction) -> None:
    function = make_function("import helper\n")
    (function.root / "helper.py").write_text("\nfrom json import nothing_there\n")
    with Runtime(function) as runtime:
        logs = runtime.invoke({}).logs
    frames = [line for line in logs if line.startswith('  File "')]
    assert [re.sub(r'.*/(\w+\.py)", line (\d+).*', r"\1:\2", frame) for frame in frames] == [
        "index.py:1",
        "helper.py:2",
    ]


@any_client
def test_loading_takes_ten_seconds_at_most(
    make_function: MakeFunction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock leaps by ten seconds once the plugin is loading."""
    sign = tmp_path / "loading"
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + 10 * sign.exists())
    monkeypatch.setattr(plugin_process, "time", clock)
    code = f"import time\nprint('loading', flush=True)\nopen({str(sign)!r}, 'w').close()\ntime.sleep(30)"
    with Runtime(make_function(code)) as runtime:
        bad = runtime.invoke({})
    assert bad.error is not None
    assert (bad.error.type, bad.error.phase) == ("Sandbox.Timedout", "init")
    assert bad.error.message == "Init timed out after 10.00 seconds"
    assert bad.logs == ["loading"]


def test_output_stays_in_order_and_init_belongs_to_the_first_event(make_function: MakeFunction) -> None:
    code = """
    import logging, os, subprocess, sys
    print("at import é")
    def handler(event, context):
        print("one"); sys.stderr.write("two\\n"); os.write(1, b"three\\n"); subprocess.run(["echo", "four"])
        logging.getLogger().warning("five"); sys.stdout.write("six")
    """
    with Runtime(make_function(code)) as runtime:
        first, second = runtime.invoke({}).logs, runtime.invoke({}).logs
    assert first[0] == "at import é"
    assert first[1:5] == second[:4] == ["one", "two", "three", "four"]
    assert first[5].startswith("[WARNING]")
    assert first[5].endswith("five")
    assert first[6:] == ["six"]


def test_endless_output_is_bounded_and_ends_with_the_timeout(make_function: MakeFunction) -> None:
    code = """
    def handler(event, context):
        line = 0
        while True:
            print(f"{line:07d} " + "x" * 1000)
            line += 1
    """
    with Runtime(make_function(code, timeout=2)) as runtime:
        bad = runtime.invoke({})
    assert bad.error is not None
    assert bad.error.type == "Sandbox.Timedout"
    assert sum(map(len, bad.logs)) < 2_000_000
    assert bad.logs[0].startswith("0000000 ")
    assert sum("lines left out" in line for line in bad.logs) <= 1


def test_many_lines_keep_the_first_and_the_last(make_function: MakeFunction) -> None:
    code = """
    def handler(event, context):
        for line in range(4000):
            print(f"{line} " + "x" * 1000)
    """
    with Runtime(make_function(code)) as runtime:
        logs = runtime.invoke({}).logs
    assert logs[0].startswith("0 ")
    assert logs[-1].startswith("3999 ")
    (gap,) = [line for line in logs if "left out" in line]
    assert gap == f"... {4000 - (len(logs) - 1)} lines left out ..."


def test_a_plugin_that_closes_its_output_is_waited_for(make_function: MakeFunction) -> None:
    code = "import os, time\ndef handler(event, context):\n    os.close(1); os.close(2); time.sleep(0.05); return 1\n"
    with Runtime(make_function(code)) as runtime:
        assert runtime.invoke({}).reply == 1


def test_an_answer_counts_once_and_only_with_its_own_id(make_function: MakeFunction) -> None:
    code = """
    import json, os, urllib.error, urllib.request
    def post(request_id, value):
        url = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/{request_id}/response"
        try:
            return urllib.request.urlopen(url, data=json.dumps(value).encode()).status
        except urllib.error.HTTPError as error:
            return error.code
    def handler(event, context):
        print(post("11111111-2222-4333-8444-555555555555", "forged"))
        return "real"
    """
    with Runtime(make_function(code)) as runtime:
        invocation = runtime.invoke({})
        assert (invocation.reply, invocation.logs) == ("real", ["400"])
        assert runtime.invoke({}).reply == "real"


@any_client
def test_processes_that_left_the_group_end_as_well(make_function: MakeFunction) -> None:
    code = """
    import os, subprocess, time
    def handler(event, context):
        print(subprocess.Popen(["sleep", "60"]).pid)
        print(subprocess.Popen(["sleep", "60"], start_new_session=True).pid)
        orphan = "setsid sleep 60 >/dev/null 2>&1 & echo $!"
        print(subprocess.run(["sh", "-c", orphan], capture_output=True).stdout.decode())
        print(subprocess.Popen(["sleep", "60"], env={}).pid)
        if event != "exit": print(subprocess.Popen(["sleep", "60"], env={}, start_new_session=True).pid)
        if event == "exit": os._exit(1)
        if event == "hang": time.sleep(30)
    """
    with Runtime(make_function(code, timeout=5)) as runtime:
        pids = [int(line) for event in ("", "hang", "exit") for line in runtime.invoke(event).logs if line]
    assert len(pids) == 14
    assert not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@any_client
def test_the_memory_of_all_processes_counts(make_function: MakeFunction) -> None:
    code = """
    import subprocess, sys
    def handler(event, context):
        subprocess.run([sys.executable, "-c", "block = bytearray(300_000_000); import time; time.sleep(15)"])
    """
    with Runtime(make_function(code)) as runtime:
        bad = runtime.invoke({})
    assert bad.error is not None
    assert bad.error.type == "Runtime.OutOfMemory"
    assert bad.max_memory_mb > 128


@pytest.fixture
def interrupt_after() -> Iterator[Callable[[float], object]]:
    """Raise KeyboardInterrupt wherever the main thread is after some seconds, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, previous)


def test_an_interrupt_leaves_nothing_behind(
    make_function: MakeFunction, interrupt_after: Callable[[float], object]
) -> None:
    with pytest.raises(KeyboardInterrupt), Runtime(make_function("import time\ntime.sleep(9)")) as runtime:
        interrupt_after(0.2)
        runtime.invoke({})


@any_client
def test_an_interrupt_at_any_moment_leaves_nothing_behind(
    make_function: MakeFunction, interrupt_after: Callable[[float], object]
) -> None:
    function, processes = make_function("import time\ntime.sleep(9)"), child_processes()
    for milliseconds in (0.01, 0.05, *range(1, 25)):
        with pytest.raises(KeyboardInterrupt):
            interrupt_after(milliseconds / 1000)
            with Runtime(function) as runtime:
                runtime.invoke({})
        assert child_processes() <= processes


def test_events_up_to_six_megabytes(make_function: MakeFunction) -> None:
    with Runtime(make_function("def handler(event, context): return len(event)")) as runtime:
        assert runtime.invoke("x" * (6 * 1024 * 1024 - 2)).reply == 6 * 1024 * 1024 - 2
        bad = runtime.invoke("x" * (6 * 1024 * 1024 - 1))
    assert bad.error is not None
    assert (bad.error.type, bad.status_code) == ("RequestEntityTooLarge", 413)


@pytest.mark.parametrize("event", [{1, 2}, float("nan"), b"bytes"])
def test_an_event_must_be_json(make_function: MakeFunction, event: object) -> None:
    with Runtime(make_function(ECHO)) as runtime, pytest.raises(InvalidEvent, match="not JSON"):
        runtime.invoke(event)


def test_a_missing_interpreter_or_folder_is_said(make_function: MakeFunction, tmp_path: Path) -> None:
    function = make_function(ECHO)
    with pytest.raises(SandboxUnavailable, match="does not run"):
        Runtime(Function(tmp_path, tmp_path / "python", "demo")).start()
    with pytest.raises(SandboxUnavailable, match="cannot be started"):
        Runtime(Function(tmp_path / "none", function.interpreter, "demo")).start()
    with pytest.raises(EmulatorError, match="cannot be started"):
        Runtime(Function(tmp_path, function.interpreter, "demo", environment={"A": "\0"})).start()


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_any_event_arrives_as_it_is_and_any_reply_comes_back(make_function: MakeFunction) -> None:
    with Runtime(make_function(ECHO)) as runtime:

        @settings(max_examples=80, deadline=None)
        @given(_json)
        def check(event: Any) -> None:
            invocation = runtime.invoke({"event": event, "text": json.dumps(event)})
            assert invocation.reply == {"event": event, "text": json.dumps(event)}

        check()
        assert runtime.invoke("\ud83d \ud800 é中").reply == "\ud83d \ud800 é中"
