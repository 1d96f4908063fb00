"""The port where debuggers attach, with a process behind it that speaks the protocol."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from biot_emulator.debugging.clock import Clock
from biot_emulator.debugging.messages import Stream, encode_message
from biot_emulator.debugging.port import DebugPort, PortUnavailable
from tests.debug_adapter import Debugger, Refused


class Process:
    """Responds to every request, but to `silence`, after which it ends the connection on `end`."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listening.getsockname()
        self.commands: list[str] = []
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                thread = threading.Thread(target=self._respond, args=(connection,))
                thread.start()
                self._threads.append(thread)

    def _respond(self, connection: socket.socket) -> None:
        stream = Stream()
        with suppress(OSError), connection:
            while chunk := connection.recv(4096):
                for message in stream.feed(chunk):
                    self._handle(connection, message.read())

    def _handle(self, connection: socket.socket, request: dict[str, Any]) -> None:
        self.commands.append(request["command"])
        if request["command"] == "silence":
            return
        if request["command"] == "disconnect":
            connection.shutdown(socket.SHUT_RDWR)
            return
        response = {"seq": 4, "type": "response", "request_seq": request["seq"], "command": request["command"]}
        connection.sendall(encode_message({**response, "success": True, "body": {"big": "x" * 200_000}}))

    def end(self) -> None:
        for connection in (self._listening, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listening.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def port(clock: Clock) -> Iterator[DebugPort]:
    with DebugPort(0, clock) as port:
        yield port


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process()
    yield process
    process.end()


def _wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def test_the_clock_stands_still_while_a_debugger_is_attached(port: DebugPort, process: Process, clock: Clock) -> None:
    port.open_to(process.address)
    with Debugger(port.address) as debugger:
        assert len(debugger.request("initialize")["big"]) == 200_000
        assert clock.is_held()
        assert port.is_attached()
        debugger.request("threads")
        debugger.send("disconnect")
        assert debugger.events.get(timeout=20) is None
    _wait_until(lambda: not port.is_attached())
    assert not clock.is_held()
    assert port.attachments == 1
    assert process.commands == ["initialize", "threads", "disconnect"]


def test_a_debugger_that_leaves_without_a_word_is_said_goodbye_for(port: DebugPort, process: Process) -> None:
    port.open_to(process.address)
    for _ in range(3):
        with Debugger(port.address) as debugger:
            debugger.request("initialize")
    _wait_until(lambda: not port.is_attached())
    assert process.commands == ["initialize", "disconnect"] * 3


def test_whoever_connects_on_this_machine_can_debug(port: DebugPort, process: Process) -> None:
    port.open_to(process.address)
    assert port.address.startswith("127.0.0.1:")
    with Debugger(port.address) as debugger:
        debugger.request("evaluate", expression="1 + 1")
    assert process.commands[0] == "evaluate"


def test_the_clock_goes_on_where_timeouts_are_enforced(process: Process, clock: Clock) -> None:
    with DebugPort(0, clock, holds_clock=False) as port:
        port.open_to(process.address)
        with Debugger(port.address) as debugger:
            debugger.request("initialize")
            assert port.is_attached()
            assert not clock.is_held()


def test_a_second_debugger_is_refused_with_a_reason(port: DebugPort, process: Process) -> None:
    port.open_to(process.address)
    with Debugger(port.address) as first, Debugger(port.address) as second:
        first.request("initialize")
        with pytest.raises(Refused, match="Another debugger is attached already"):
            second.request("initialize")
        first.request("threads")


@pytest.mark.parametrize(("attach", "body"), [({}, {}), ({"restart": True}, {"restart": True})])
def test_the_end_of_the_process_is_said_and_a_debugger_that_wants_to_attach_again_can(
    port: DebugPort, process: Process, attach: dict[str, Any], body: dict[str, Any]
) -> None:
    port.open_to(process.address)
    with Debugger(port.address) as debugger:
        debugger.request("attach", **attach)
        port.leave(process.address)
        process.end()
        assert debugger.wait_for("terminated") == body
        assert debugger.events.get(timeout=20) is None
    other = Process()
    with Debugger(port.address) as debugger:
        number = debugger.send("initialize")
        port.open_to(other.address)
        debugger.response(number)
    other.end()


def test_a_process_is_started_for_a_debugger_that_comes_while_there_is_none(port: DebugPort, process: Process) -> None:
    port.start = lambda: port.open_to(process.address)
    with Debugger(port.address) as debugger:
        debugger.request("initialize")


def test_a_process_that_has_ended_unnoticed_is_not_waited_for(port: DebugPort, process: Process) -> None:
    gone = Process()
    gone.end()
    port.open_to(gone.address)
    port.start = lambda: port.open_to(process.address)
    with Debugger(port.address) as debugger:
        debugger.request("initialize")


def test_a_process_is_ended_once_it_has_responded(port: DebugPort, process: Process) -> None:
    port.open_to(process.address)
    port.settle(process.address)
    with Debugger(port.address) as debugger:
        debugger.request("initialize")
        port.settle(process.address)
        debugger.send("silence")
        _wait_until(lambda: "silence" in process.commands)
        port.settle(process.address)  # for a moment only
        port.settle(("127.0.0.1", 1))


@pytest.mark.parametrize("content", [b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b""])
def test_a_page_in_a_browser_reaches_nothing(port: DebugPort, process: Process, clock: Clock, content: bytes) -> None:
    port.open_to(process.address)
    with closing(socket.create_connection(("127.0.0.1", port.port))) as connection:
        connection.settimeout(20)
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            assert connection.recv(10) == b""
    assert process.commands == []
    assert port.attachments == 0


def test_whoever_speaks_of_something_else_later_is_cut_off(port: DebugPort, process: Process) -> None:
    port.open_to(process.address)
    with closing(socket.create_connection(("127.0.0.1", port.port))) as connection:
        connection.settimeout(20)
        connection.sendall(encode_message({"seq": 1, "command": "initialize"}) + b"nonsense" * 10)
        received = b""
        with suppress(ConnectionResetError):
            while chunk := connection.recv(65_536):
                received += chunk
    assert process.commands in ([], ["initialize"])


def test_its_end_detaches_the_debugger_and_one_that_still_waits(clock: Clock) -> None:
    port = DebugPort(0, clock)
    with Debugger(port.address) as waiting:
        waiting.send("initialize")
        _wait_until(lambda: port.is_attached())
        port.close()
        port.close()
        assert waiting.events.get(timeout=20) is None
    assert not clock.is_held()


def test_a_taken_port_is_one_sentence(port: DebugPort, clock: Clock) -> None:
    with pytest.raises(PortUnavailable) as refused:
        DebugPort(port.port, clock)
    assert str(refused.value) == (
        f"No debugger can attach on 127.0.0.1:{port.port} (Address already in use): choose another port, or 0 for a "
        "free one"
    )


def test_a_port_outlives_a_connection_that_cannot_be_taken(
    process: Process, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError(errno.EMFILE, "Too many open files"), OSError(errno.ECONNABORTED, "Gone")]
    accept = socket.socket.accept

    def accept_later(listening: socket.socket) -> Any:
        if failures:
            raise failures.pop()
        return accept(listening)

    monkeypatch.setattr(socket.socket, "accept", accept_later)
    with DebugPort(0, clock) as port:
        port.open_to(process.address)
        with Debugger(port.address) as debugger:
            assert debugger.request("initialize")
    assert not failures


@pytest.mark.parametrize("number", [[], {}, None, "1", 1.5])
def test_a_message_with_an_odd_number_is_passed_on(port: DebugPort, process: Process, number: Any) -> None:
    port.open_to(process.address)
    with closing(socket.create_connection(("127.0.0.1", port.port), 20)) as connection:
        connection.sendall(encode_message({"seq": number, "type": "request", "command": "odd"}))
        _wait_until(lambda: "odd" in process.commands)
        connection.sendall(encode_message({"seq": 2, "type": "request", "command": "even"}))
        _wait_until(lambda: "even" in process.commands)
