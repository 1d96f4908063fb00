"""A Runtime API serves the processes of its own plugin alone, whatever they send, and with little effort."""

from __future__ import annotations

import http.client
import socket
import sys
import textwrap
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
import pytest

from biot_emulator import Runtime
from tests.emulator.conftest import MakeFunction

pytestmark = pytest.mark.slow

#: Answers an event by a process that it starts: one of its own, or one of another plugin.
CALLER = """
import os, subprocess, sys
PROGRAM = (
    "import http.client, sys;"
    "connection = http.client.HTTPConnection(sys.argv[1], timeout=10);"
    "path = '/2018-06-01/runtime/invocation/' + sys.argv[2] + '/response';"
    "connection.request('POST', path, b'7');"
    "print(connection.getresponse().status)"
)
def handler(event, context):
    if "address" not in event:
        return "its own"
    address = event["address"] or os.environ["AWS_LAMBDA_RUNTIME_API"]
    command = [sys.executable, "-c", PROGRAM, address, context.aws_request_id]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)
"""
NEXT = "/2018-06-01/runtime/invocation/next"


def status(address: str, method: str, path: str, body: bytes = b"") -> int:
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, path, body)
        return connection.getresponse().status
    finally:
        connection.close()


def address_of(runtime: Runtime) -> str:
    runtime.invoke({})
    [keeper] = psutil.Process().children()
    [process] = keeper.children()
    return process.environ()["AWS_LAMBDA_RUNTIME_API"]


def test_a_process_that_is_not_the_plugins_is_refused(make_function: MakeFunction) -> None:
    with Runtime(make_function(CALLER)) as runtime:
        address = address_of(runtime)
        for method, path in [
            ("GET", NEXT),
            ("GET", f"{NEXT}/"),
            ("POST", "/2018-06-01/runtime/init/error"),
            ("POST", "/2018-06-01/runtime/invocation/0/response"),
            ("POST", "/2018-06-01/runtime/invocation/0/error"),
            ("GET", "/"),
        ]:
            assert status(address, method, path, b"{}") == 403
        invocation = runtime.invoke({})
        assert (invocation.reply, invocation.cold) == ("its own", False)


def test_a_refused_connection_is_closed(make_function: MakeFunction) -> None:
    with Runtime(make_function(CALLER)) as runtime:
        host, _, port = address_of(runtime).rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(f"GET {NEXT} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            content = b""
            while chunk := connection.recv(4096):
                content += chunk
        assert content.startswith(b"HTTP/1.1 403 ")
        assert runtime.invoke({}).reply == "its own"


def test_no_plugin_takes_or_answers_the_events_of_another(make_function: MakeFunction) -> None:
    with Runtime(make_function(CALLER)) as victim:
        address = address_of(victim)
        with Runtime(make_function(CALLER, name="other")) as attacker:
            assert attacker.invoke({"address": address}).reply == 403
        assert victim.invoke({}).reply == "its own"


def test_a_process_that_the_plugin_started_may_answer(make_function: MakeFunction) -> None:
    with Runtime(make_function(CALLER)) as runtime:
        assert runtime.invoke({"address": None}).reply == 7


#: What a runtime client of one's own begins with: it asks for events while the module is loaded, and never returns.
CLIENT = """
import http.client, os, socket, time

ADDRESS = os.environ["AWS_LAMBDA_RUNTIME_API"]
ROOT = "/2018-06-01/runtime/invocation/"

def connect():
    host, port = ADDRESS.split(":")
    return socket.create_connection((host, int(port)))

def receive(connection):
    head, body = b"", b""
    while not head.endswith(b"\\r\\n\\r\\n"):
        head += connection.recv(1)
    lines = [line.partition(": ") for line in head.decode().split("\\r\\n")]
    headers = {name.lower(): value for name, _, value in lines}
    while len(body) < (length := int(headers["content-length"])):
        body += connection.recv(length - len(body))
    return headers, body

def get(connection, path="next"):
    connection.sendall(f"GET {ROOT}{path} HTTP/1.1\\r\\n\\r\\n".encode())

def answer(headers, body):
    request_id = headers["lambda-runtime-aws-request-id"]
    return f"POST {ROOT}{request_id}/response HTTP/1.1\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n".encode() + body
"""


def test_each_request_may_come_on_a_connection_of_its_own(make_function: MakeFunction) -> None:
    """As those of a shell's program do."""
    code = """
    def exchange(method, path, body=b""):
        connection = http.client.HTTPConnection(ADDRESS)
        connection.request(method, ROOT + path, body, {"Connection": "close"})
        response = connection.getresponse()
        return response.headers, response.read()

    while True:
        headers, event = exchange("GET", "next")
        exchange("POST", headers["lambda-runtime-aws-request-id"] + "/response", event)
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        replies = [runtime.invoke({"n": n}).reply for n in range(5)]
    assert replies == [{"n": n} for n in range(5)]


def test_of_two_that_wait_each_gets_one_event(make_function: MakeFunction) -> None:
    code = """
    import threading

    def serve(name):
        connection = connect()
        while True:
            get(connection)
            headers, event = receive(connection)
            connection.sendall(answer(headers, name))
            receive(connection)

    threading.Thread(target=serve, args=(b"1",)).start()
    serve(b"2")
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        replies = [runtime.invoke({}).reply for _ in range(6)]
    assert set(replies) <= {1, 2}


def test_the_next_event_may_be_requested_before_the_answer_is_accepted(make_function: MakeFunction) -> None:
    code = """
    connection = connect()
    get(connection)
    while True:
        headers, event = receive(connection)
        connection.sendall(answer(headers, event) + f"GET {ROOT}next HTTP/1.1\\r\\n\\r\\n".encode())
        receive(connection)
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        assert [runtime.invoke(n).reply for n in range(4)] == [0, 1, 2, 3]


def test_a_connection_that_was_given_up_gets_no_event(make_function: MakeFunction) -> None:
    code = """
    left = connect()
    get(left)
    left.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\x01\\0\\0\\0\\0\\0\\0\\0")
    time.sleep(0.2)
    left.close()
    connection = connect()
    while True:
        get(connection)
        headers, event = receive(connection)
        connection.sendall(answer(headers, event))
        receive(connection)
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        time.sleep(1)
        assert runtime.invoke("taken").reply == "taken"


#: What a process may do with its event: whatever it is, the event has its time.
_STUCK = {
    "not read": "time.sleep(30)",
    "half an answer": "connection.sendall(answer(receive(connection)[0], b'x' * 100)[:-1]); time.sleep(30)",
    "an endless answer": """
    head = answer(receive(connection)[0], b"7").replace(b"Length: 1", b"Length: 900000000000000")
    connection.sendall(head)
    while True: connection.sendall(b"x" * 1_000_000)
    """,
    "endless requests": """
    receive(connection)
    while True: connection.sendall(f"GET {ROOT}nothing HTTP/1.1\\r\\n\\r\\n".encode() * 1000)
    """,
    "endless requests and responses": """
    import threading
    receive(connection)
    def send():
        while True: connection.sendall(f"GET {ROOT}nothing HTTP/1.1\\r\\n\\r\\n".encode() * 1000)
    threading.Thread(target=send).start()
    while True: connection.recv(65536)
    """,
}


@pytest.mark.parametrize("what", _STUCK)
def test_no_process_holds_its_event_up_for_longer_than_its_time(make_function: MakeFunction, what: str) -> None:
    begin = "\nconnection = connect()\nget(connection)\n"
    with Runtime(make_function(CLIENT + begin + textwrap.dedent(_STUCK[what]), timeout=1)) as runtime:
        error = runtime.invoke("x" * 6_000_000).error
    assert error is not None
    assert error.type == "Sandbox.Timedout"


def test_an_event_that_has_no_room_arrives_as_it_is_read(make_function: MakeFunction) -> None:
    code = """
    connection = connect()
    get(connection)
    time.sleep(0.5)
    headers, event = receive(connection)
    connection.sendall(answer(headers, str(len(event)).encode()))
    receive(connection)
    time.sleep(30)
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        assert runtime.invoke("x" * 6_000_000).reply == 6_000_002


def test_what_is_no_request_ends_the_connection_and_not_the_event(make_function: MakeFunction) -> None:
    code = """
    connection = connect()
    get(connection)
    headers, event = receive(connection)
    connection.sendall(b"nonsense\\r\\n\\r\\n")
    refusal = connection.recv(65536)
    other = connect()
    other.sendall(answer(headers, b'"%s"' % refusal[9:12]))
    receive(other)
    time.sleep(30)
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        assert runtime.invoke({}).reply == "400"


def test_what_is_asked_between_events_is_responded_to_with_the_next_one(make_function: MakeFunction) -> None:
    code = """
    connection = connect()
    said = b""
    while True:
        get(connection)
        headers, event = receive(connection)
        connection.sendall(answer(headers, b'"%s"' % said))
        receive(connection)
        connection.sendall(answer(headers, b'"late"'))
        said = receive(connection)[1][14:30]
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        assert [runtime.invoke({}).reply for _ in range(3)] == ["", "InvalidRequestID", "InvalidRequestID"]


def test_a_process_is_responded_to_on_other_connections_while_there_is_no_event(
    make_function: MakeFunction, tmp_path: Path
) -> None:
    """However often it asks: nobody reads then what wakes the thread of an event."""
    code = f"""
    connection, other = connect(), connect()
    get(connection)
    connection.sendall(answer(receive(connection)[0], b"1"))
    receive(connection)
    for _ in range(2000):
        get(other, "nothing")
        receive(other)
    open({str(tmp_path / "done")!r}, "w").close()
    get(connection)
    receive(connection)
    """
    with Runtime(make_function(CLIENT + textwrap.dedent(code))) as runtime:
        assert runtime.invoke({}).reply == 1
        until = time.monotonic() + 20
        while not (tmp_path / "done").exists():
            assert time.monotonic() < until, "nobody responds"
            time.sleep(0.02)


def _naps() -> dict[int, int]:
    """How often each of this process's threads has slept."""
    naps: dict[int, int] = {}
    for task in Path("/proc/self/task").iterdir():
        fields = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)
        naps[int(task.name)] = int(fields["voluntary_ctxt_switches"])
    return naps


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone counts them")
def test_a_warm_event_wakes_no_other_thread_and_asks_the_system_for_little(make_function: MakeFunction) -> None:
    """Each wake-up of another thread costs more than all that it would do."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            calls[function.__name__] += 1

    def invoke() -> tuple[dict[int, int], dict[int, int]]:
        runtime.invoke({})
        time.sleep(0.1)  # so that the thread of the connection, on which the process asked first, has ended
        before = _naps()
        for _ in range(10):
            time.sleep(0.05)  # so that the process has asked for the next event
            sys.setprofile(count)
            runtime.invoke({})
            sys.setprofile(None)
        others = {*before} - older - {threading.get_native_id()}
        after = _naps()
        return {thread: before[thread] for thread in others}, {thread: after[thread] for thread in others}

    # Before the emulator has any: the test's own threads have other things to do.
    older = {*_naps()}
    with Runtime(make_function(CALLER)) as runtime, ThreadPoolExecutor(1) as threads:
        before, after = threads.submit(invoke).result()
    assert before
    assert after == before
    # The event, and the confirmation of its answer.
    assert calls["send"] == 20
    # The request for the event; at each wake-up what has come, until there is no more of it, and the memory.
    assert calls["recv"] <= 2 * 10 + 3 * calls["poll"]
    assert calls["pread"] <= calls["poll"]
    assert calls["start_new_thread"] == 0
