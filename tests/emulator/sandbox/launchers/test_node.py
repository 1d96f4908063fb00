"""What surrounds a handler in JavaScript is what surrounds one in Python: variables, limits, isolation, the end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator import Runtime
from biot_emulator.lambda_function.configuration import Node
from biot_emulator.runtime.nodes import find_node
from biot_emulator.sandbox.launchers.node import launch_node
from tests.emulator.javascript import javascript, running_javascript, write

#: Evaluates expressions, and says what came of each: a value, or the code of an error.
EVALUATE = """
const fs = require('fs');
const attempt = async (text) => {
  try {
    return await eval(text);
  } catch (error) {
    return error.code || String(error);
  }
};
exports.handler = async (event) => Promise.all(event.map(attempt));
"""
READ_ONLY = "EROFS"


def evaluate(folder: Path, *expressions: str, **settings: Any) -> list[Any]:
    with running_javascript(folder, EVALUATE, **settings) as runtime:
        invocation = runtime.invoke(list(expressions))
    assert invocation.error is None
    reply: list[Any] = invocation.reply
    return reply


@pytest.mark.slow
def test_the_variables_are_lambdas_and_the_plugins_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLY_THE_EMULATORS", "1")
    write(tmp_path, {"lib/word.js": "module.exports = 'word';"})
    javascript(tmp_path, EVALUATE)
    path, _ = find_node("nodejs20.x")
    reply = evaluate(
        tmp_path,
        "[process.env.AWS_EXECUTION_ENV, process.env._HANDLER, process.env.WARD, process.env.AWS_REGION]",
        "[process.env.LAMBDA_TASK_ROOT, process.cwd(), process.env.AWS_ACCESS_KEY_ID]",
        "'ONLY_THE_EMULATORS' in process.env",
        "require('lib/word')",
        "[process.execPath, process.argv.length, process.stdin.read()]",
        "typeof gc",
        environment={"WARD": "7", "AWS_REGION": "mars"},
    )
    assert reply[:4] == [
        ["AWS_Lambda_nodejs20.x", "index.handler", "7", "mars"],
        [str(tmp_path), str(tmp_path), "local"],
        False,
        "word",
    ]
    assert reply[4:] == [[str(path.resolve()), 2, None], "function"]


@pytest.mark.slow
@pytest.mark.usefixtures("isolating")
def test_code_cannot_be_changed_and_what_is_hidden_is_not_shown(tmp_path: Path) -> None:
    code, secrets, temporary = tmp_path / "code", tmp_path / "secrets", tmp_path / "temporary"
    write(secrets, {"key": "secret"})
    code.mkdir()
    temporary.mkdir()
    reply = evaluate(
        code,
        f"fs.writeFileSync('{code}/index.js', '')",
        f"fs.writeFileSync('{code}/more.js', '')",
        "fs.writeFileSync('/more', '')",
        f"fs.readdirSync('{tmp_path}').sort()",
        f"fs.readFileSync('{secrets}/key', 'utf8')",
        "fs.writeFileSync(require('os').tmpdir() + '/file', 'x') || require('os').tmpdir()",
        read_only=(code,),
        hidden=(secrets,),
        temporary=temporary,
    )
    assert reply[:3] == [READ_ONLY] * 3
    assert reply[4:] == ["ENOENT", str(temporary)]
    assert not (code / "more.js").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
def test_it_has_lambdas_limits(tmp_path: Path) -> None:
    [limits, heap, opened] = evaluate(
        tmp_path,
        "fs.readFileSync('/proc/self/limits', 'utf8')",
        "require('v8').getHeapStatistics().heap_size_limit / 2 ** 20",
        "(() => { try { for (let n = 0; n < 3000; n++) fs.openSync('/dev/null'); } catch (e) { return e.code; } })()",
        memory_mb=256,
    )
    assert [line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")] == ["1024"]
    assert [line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size")] == ["0"]
    # The old space is 90 percent, and the rest is V8's own.
    assert 230 <= heap <= 340
    assert opened == "EMFILE"


@pytest.mark.slow
@pytest.mark.parametrize("allocation", ["Buffer.alloc(2 ** 20, 1)", "new Array(2 ** 17).fill(1.5)"])
def test_more_memory_than_the_function_has_ends_it(tmp_path: Path, allocation: str) -> None:
    code = f"exports.handler = async () => {{ for (const all = []; ;) all.push({allocation}); }};"
    with running_javascript(tmp_path, code, memory_mb=160) as runtime:
        invocation = runtime.invoke({})
        assert invocation.error is not None
        # Whichever limit is reached first: the function's, or the heap's.
        assert invocation.error.type in ("Runtime.OutOfMemory", "Runtime.ExitError")
        assert invocation.max_memory_mb < 400


@pytest.mark.slow
def test_a_timeout_ends_a_busy_handler_and_all_that_it_started(tmp_path: Path) -> None:
    code = """
        const { spawn } = require('child_process');
        exports.handler = async (event) => {
          const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
          require('fs').writeFileSync(__dirname + '/pid', String(child.pid));
          child.unref();
          while (event.busy) {}
          return 1;
        };
    """
    with running_javascript(tmp_path, code, timeout=1) as runtime:
        error = runtime.invoke({"busy": True}).error
        assert error is not None
        assert (error.type, error.message) == ("Sandbox.Timedout", "Task timed out after 1.00 seconds")
        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))
        assert runtime.invoke({}).reply == 1
        pid = int((tmp_path / "pid").read_text())
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)


@pytest.mark.slow
def test_an_interpreter_that_does_not_run_is_said(tmp_path: Path) -> None:
    function = javascript(tmp_path, "")
    missing = type(function)(tmp_path, tmp_path / "none", "demo", node=Node(20, "20.0.0"), timeout=5)
    with Runtime(missing) as runtime:
        invocation = runtime.invoke({})
    assert invocation.error is not None
    assert (invocation.error.type, invocation.error.phase) == ("Runtime.ExitError", "init")
    assert any("none cannot be started: No such file" in line for line in invocation.logs)


def node_options(runtime_major: int, version: str, **environment: str) -> str | None:
    function = javascript(Path("/nowhere"), {}, environment=environment)
    launch = launch_node(function, Node(runtime_major, version))
    return launch.environment("127.0.0.1:1").get("NODE_OPTIONS")


def test_what_lambda_turns_off_is_off_where_the_interpreter_has_it() -> None:
    both = "--no-experimental-require-module --no-experimental-detect-module"
    assert node_options(16, "16.20.2") is None
    assert node_options(18, "18.20.8") is None
    assert node_options(20, "20.9.0") is None
    assert node_options(20, "20.10.0") == "--no-experimental-detect-module"
    assert [node_options(major, "22.3.0") for major in (16, 20, 22)] == [both] * 3
    assert node_options(24, "24.1.0") is None
    own = node_options(22, "22.3.0", NODE_OPTIONS="--enable-source-maps --experimental-require-module")
    assert own == "--no-experimental-detect-module --enable-source-maps --experimental-require-module"
