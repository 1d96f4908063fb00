"""A Runtime API serves the processes of its own plugin alone."""

from __future__ import annotations

import http.client
import socket

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
