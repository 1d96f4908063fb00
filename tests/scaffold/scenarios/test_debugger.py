"""A plugin looked into while it runs: by a debugger that attaches as an editor's does, and at a prompt."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import biot_plugin
from tests.debug_adapter import Debugger, Refused
from tests.scaffold.dev.test_reload_loop import Dev, developing
from tests.scaffold.support import on_terminal, program_file

pytestmark = pytest.mark.slow

MANIFEST = """
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 1
runtime = "python{}.{}"
timeout = 3
""".format(*sys.version_info)

INDEX = """\
import time
from biot_plugin import DirectCall, Plugin
plugin = Plugin()


@plugin.endpoint(public=True)
def report(event: DirectCall) -> dict:
    number = 42
    left = event.context.get_remaining_time_in_millis()
    time.sleep(float(event.query.get("sleep", 0)))
    if "call" in event.query:
        try:
            event.biot.get("/organization/v1/users/patients/none")
        except Exception as error:
            return {"error": type(error).__name__}
    if "stop" in event.query:
        breakpoint()
    return {"number": number, "left": left, "later": event.context.get_remaining_time_in_millis()}


handler = plugin.handler
"""
LINE = 9  # of `left = ...`
AFTER_BREAKPOINT = 18
EVENT = """{"version": "2.0", "rawPath": "/", "rawQueryString": "stop=1", "queryStringParameters": {"stop": "1"},
"headers": {}, "requestContext": {"http": {"method": "GET", "path": "/"}}, "isBase64Encoded": false}"""
WARNING = "breakpoint() does nothing"


def _make(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(MANIFEST)
    (folder / "index.py").write_text(INDEX)
    (folder / "event.json").write_text(EVENT)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


class Call:
    """A call of the plugin's address, in a thread of its own."""

    def __init__(self, url: str) -> None:
        self.status, self.body = 0, b""
        self._url = url
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with urllib.request.urlopen(self._url) as response:
                self.status, self.body = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                self.status, self.body = error.code, error.read()

    @property
    def is_waiting(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> tuple[int, bytes]:
        self._thread.join(60)
        assert not self.is_waiting
        return self.status, self.body


class Debugged:
    """A plugin that `dev --debug` runs."""

    def __init__(self, dev: Dev, folder: Path) -> None:
        self.dev = dev
        self.index = folder / "index.py"
        self.address: str = dev.document["debugger"]
        self.url: str = dev.document["plugin"]["endpointUrl"]

    def call(self, query: str = "") -> Call:
        return Call(f"{self.url}?{query}")

    def edit(self, before: str, after: str) -> None:
        self.index.write_text(self.index.read_text().replace(before, after))


@pytest.fixture(scope="module")
def debugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debugged]:
    folder = _make(tmp_path_factory.mktemp("dev") / "plugin")
    with developing(folder, "--debug", "0") as dev:
        yield Debugged(dev, folder)


@pytest.mark.matrix
@pytest.mark.long(40)
def test_an_event_that_takes_thirty_seconds_at_a_breakpoint_is_answered(debugged: Debugged) -> None:
    with Debugger(debugged.address) as debugger:
        (breakpoint_,) = debugger.attach(debugged.index, LINE)
        assert breakpoint_["verified"]
        call = debugged.call()
        frame = debugger.wait_until_stopped()
        assert (frame["line"], frame["name"], frame["source"]["path"]) == (LINE, "report", str(debugged.index))
        assert debugger.variables(frame)["number"] == "42"
        second = debugged.call()
        time.sleep(30)
        assert call.is_waiting
        assert second.is_waiting
        remaining = debugger.evaluate(frame, "event.context.get_remaining_time_in_millis()")
        assert 0 < int(remaining) <= 3000
        debugger.set_breakpoints(debugged.index)
        debugger.resume()
        assert call.end()[0] == 200
        assert second.end()[0] == 200
        debugger.detach()


def test_the_timeout_counts_again_when_the_debugger_has_left(debugged: Debugged) -> None:
    with Debugger(debugged.address) as debugger:
        debugger.attach(debugged.index, LINE)
        call = debugged.call("sleep=20")
        debugger.wait_until_stopped()
        debugger.detach()
    status, body = call.end()
    assert (status, b"number" in body) == (502, False)
    debugged.dev.wait_for("timed out after 3.00 seconds")
    # With nobody attached, a breakpoint is no reason to wait.
    assert debugged.call("stop=1").end()[0] == 200
    debugged.dev.wait_for(re.escape(WARNING))


def test_one_debugger_at_a_time_stops_at_a_breakpoint_in_the_code(debugged: Debugged) -> None:
    with Debugger(debugged.address) as debugger:
        debugger.attach()
        with Debugger(debugged.address) as second, pytest.raises(Refused, match="Another debugger is attached"):
            second.attach()
        call = debugged.call("stop=1")
        assert debugger.wait_until_stopped()["line"] == AFTER_BREAKPOINT
        debugger.resume()
        assert call.end()[0] == 200


def test_a_new_version_is_debugged_at_the_same_port(debugged: Debugged) -> None:
    with Debugger(debugged.address, restart=True) as debugger:
        debugger.attach(debugged.index, LINE)
        call = debugged.call()
        debugger.wait_until_stopped()
        debugged.edit("number = 42", "number = 43")
        debugged.dev.wait_for(r"runs: index\.py")
        # What is looked into goes on, and has to end before anything else begins.
        other = debugged.call()
        debugger.resume()
        assert b"42" in call.end()[1]
        assert debugger.wait_for("terminated") == {"restart": True}
    with Debugger(debugged.address) as debugger:
        debugger.attach(debugged.index)
        assert b"43" in other.end()[1]
        debugger.set_breakpoints(debugged.index, LINE)
        call = debugged.call()
        assert debugger.variables(debugger.wait_until_stopped())["number"] == "43"
        debugger.resume()
        assert b"43" in call.end()[1]
        # Also a process that does nothing is replaced.
        debugged.edit("number = 43", "number = 44")
        assert debugger.wait_for("terminated") == {}
    debugged.dev.wait_for(r"runs: index\.py")
    assert b"44" in debugged.call().end()[1]


def test_a_call_of_the_platform_has_as_much_time_as_somebody_looks_into_it(debugged: Debugged) -> None:
    exchange = Path(biot_plugin.__file__).with_name("http") / "exchange.py"
    (line,) = [n for n, text in enumerate(exchange.read_text().splitlines(), 1) if "connection.putrequest" in text]
    with Debugger(debugged.address, justMyCode=False) as debugger:
        debugger.attach(exchange, line)
        call = debugged.call("call=1")
        # The service user may log in first.
        while "patients" not in debugger.evaluate(debugger.wait_until_stopped(), "request.url"):
            debugger.resume()
        time.sleep(4)
        debugger.set_breakpoints(exchange)
        debugger.resume()
        assert call.end() == (200, b'{"error":"NotFound"}')


def test_a_breakpoint_at_import_is_no_reason_not_to_load(debugged: Debugged) -> None:
    debugged.edit("plugin = Plugin()", "plugin = Plugin(); breakpoint()")
    debugged.dev.wait_for(r"runs: index\.py")
    assert debugged.call().end()[0] == 200
    debugged.dev.wait_for(re.escape(WARNING))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("invoke") / "plugin")


def test_an_event_waits_for_a_debugger(folder: Path) -> None:
    command = [str(program_file("biot-plugin")), "invoke", "--debug", "0", "--enforce-timeout", "event.json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        address = re.fullmatch(r"waiting for a debugger on (127\.0\.0\.1:\d+)\n", said)
        assert address, said
        with Debugger(address[1]) as debugger:
            debugger.attach(folder / "index.py", 3)
            # From the first line on, the plugin's loading included.
            assert debugger.wait_until_stopped()["line"] == 3
            debugger.set_breakpoints(folder / "index.py", LINE)
            debugger.resume()
            frame = debugger.wait_until_stopped()
            assert debugger.variables(frame)["number"] == "42"
            # The timeout of three seconds is enforced.
            debugger.wait_for("terminated")
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "error: The plugin took longer than its timeout of 3 s: make it faster, or raise timeout in [tool.biot-plugin] of pyproject.toml\n"  # fmt: skip  # noqa: E501
    assert not [line for line in out.splitlines() if "pydev" in line.lower() or "debugger" in line.lower()], out


def test_whoever_is_waited_for_in_vain_is_not_waited_for_on(folder: Path) -> None:
    command = [str(program_file("biot-plugin")), "invoke", "--debug", "0", "event.json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("waiting for a debugger on 127.0.0.1:")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "Interrupted\n")


def _on_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch, *dialogue: tuple[str, bytes]) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    return on_terminal([program_file("biot-plugin"), "invoke", "event.json"], dialogue)


def test_a_breakpoint_asks_at_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = [
        ("(Pdb)", b"p numbre\x1b[D\x1b[D\x7f\x1b[C\x1b[Cr\x7f\x08\x08\x08\x08\x08number + 1\n"),
        ("43", b"import time; time.sleep(4)\n"),
        ("(Pdb)", b"p left - event.context.get_remaining_time_in_millis() < 2900\n"),
        ("True", b"p event.context.get_remaining_time_in_millis() > 0\n"),
        ("True", b"c\n"),
    ]
    code, shown = _on_terminal(folder, monkeypatch, *typed)
    assert code == 0, shown
    assert "report()" in shown
    assert WARNING not in shown


@pytest.mark.parametrize("keys", [b"q\n", b"exit\n", b"\x04"])
def test_whoever_leaves_the_prompt_ends_the_plugin_with_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, keys: bytes
) -> None:
    code, shown = _on_terminal(folder, monkeypatch, ("(Pdb)", keys))
    assert code == 1
    assert shown.endswith("error: You ended the plugin at its breakpoint: nothing was replied\r\n")
    assert "Traceback" not in shown
