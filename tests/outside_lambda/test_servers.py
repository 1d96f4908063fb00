"""The ASGI application of a plugin under real servers."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

import biot_plugin
from biot_plugin import DirectCall, Plugin, PostRequest
from biot_plugin.testing import Signer, events
from tests.framework.callers.target import PATIENTS, Target, direct
from tests.framework.callers.test_token import ATTACKS, HOOKS, SCOPE_ATTACKS
from tests.framework.conftest import KeyService
from tests.outside_lambda.servers import SERVERS, Serve, hypercorn_server, uvicorn_server, wait_for
from tests.thoroughness import tries

Log = Callable[[], list[dict[str, Any]]]
JSON = dict[str, Any]
MOST = 100_000


@pytest.fixture(params=SERVERS)
def serve(request: pytest.FixtureRequest) -> Serve:
    return SERVERS[request.param]


def send(connection: http.client.HTTPConnection, event: JSON) -> tuple[int, bytes]:
    """Send the HTTP request that a function URL made the event of."""
    http_ = event["requestContext"]["http"]
    headers = {name: value for name, value in event["headers"].items() if name not in ("host", "content-length")}
    connection.request(http_["method"], event["rawPath"], (event.get("body") or "").encode(), headers)
    response = connection.getresponse()
    return response.status, response.read()


def connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


@pytest.mark.sampled(2)
def test_the_whole_attack_table_holds(
    serve: Serve, key_service: KeyService, signer: Signer, other_signer: Signer
) -> None:
    target = Target(key_service)
    passed = []
    with serve(target.plugin.asgi()) as port:
        connection = connect(port)
        for name, attack in (ATTACKS | SCOPE_ATTACKS).items():
            token = attack(signer, other_signer)
            for hook, make in HOOKS.items():
                status, content = send(connection, make(token))
                if (status, json.loads(content)["code"]) != (400, "JWT_ERROR"):
                    passed.append((name, hook, status))
            if name in ATTACKS and send(connection, direct(token))[0] != 401:
                passed.append((name, "direct", 0))
        good = signer.token("PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION", tokenType="USER")
        statuses = [send(connection, make(good))[0] for make in (*HOOKS.values(), direct)]
        connection.close()
    assert passed == []
    assert statuses == [200, 200, 200, 200, 204]
    assert target.called == ["pre", "post", "adapt", "notification", "direct"]


@pytest.mark.thorough
@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize("is_async", [False, True])
def test_thousands_of_calls_by_64_callers_get_each_its_own_answer(
    key_service: KeyService, signer: Signer, log: Log, is_async: bool
) -> None:
    """Verified, with a number of 19 digits and log keys of its own, at a plugin with fewer threads than callers."""
    plugin = Plugin()
    token = signer.token("PLUGIN_INTERCEPTOR")

    def change(event: PostRequest) -> None:
        event.logger.append_keys(number=event.response.body["number"])
        event.response.body["trace"] = event.trace_id
        event.logger.info("here")

    async def change_later(event: PostRequest) -> None:
        change(event)

    plugin.post_request(PATIENTS)(change_later if is_async else change)
    callers, each = 64, tries(40, 79)
    log()

    def call(caller: int) -> list[int]:
        connection, wrong = connect(port), []
        for number in range(caller * each, (caller + 1) * each):
            exact = f"{number}.1234567890123456789"
            event = events.post_request(PATIENTS, body={"number": number, "exact": "HERE"})
            event["body"] = event["body"].replace('"HERE"', exact)
            trace = f"{number + 1:032x}"
            event["headers"] |= {"authorization": f"Bearer {token}", "traceparent": f"00-{trace}-{1:016x}-01"}
            status, content = send(connection, event)
            expected = f'"body":{{"number":{number},"exact":{exact},"trace":"{trace}"}}'
            if status != 200 or expected not in content.decode():
                wrong.append(number)
        connection.close()
        return wrong

    with uvicorn_server(plugin.asgi(threads=16)) as port, ThreadPoolExecutor(callers) as pool:
        wrong = [number for numbers in pool.map(call, range(callers)) for number in numbers]
    assert wrong == []
    records = [record for record in log() if record["message"] == "here"]
    assert sorted(record["number"] for record in records) == list(range(callers * each))
    assert all(int(record["traceId"], 16) == record["number"] + 1 for record in records)


def raw(port: int, content: bytes, *more: bytes) -> tuple[int, bytes]:
    """Send bytes, and return the status and the body of the response."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        with suppress(OSError):  # The server may close the connection before it has everything.
            for part in (content, *more):
                sock.sendall(part)
        response = http.client.HTTPResponse(sock)
        response.begin()
        return response.status, response.read()


HEAD = b"POST / HTTP/1.1\r\nhost: x\r\n"


@pytest.fixture
def measuring(plugin: Plugin) -> list[int]:
    sizes: list[int] = []
    plugin.endpoint(public=True)(lambda event: sizes.append(len(event.content)))
    return sizes


def test_bodies_arrive_in_chunks(serve: Serve, plugin: Plugin, measuring: list[int]) -> None:
    chunks = [b"3e8\r\n" + b"x" * 1000 + b"\r\n" for _ in range(20)]
    with serve(plugin.asgi()) as port:
        assert raw(port, HEAD + b"transfer-encoding: chunked\r\n\r\n", *chunks, b"0\r\n\r\n")[0] == 204
    assert measuring == [20_000]


def test_bodies_that_are_too_large_are_refused(serve: Serve, plugin: Plugin, measuring: list[int]) -> None:
    with serve(plugin.asgi(max_body_bytes=MOST)) as port:
        status, content = raw(port, HEAD + b"content-length: %d\r\n\r\n" % (MOST + 1))
        assert (status, json.loads(content)["code"]) == (413, "PAYLOAD_TOO_LARGE")
        chunk = b"%x\r\n" % (MOST + 1) + b"x" * (MOST + 1) + b"\r\n"
        assert raw(port, HEAD + b"transfer-encoding: chunked\r\n\r\n", chunk)[0] == 413
        assert raw(port, HEAD + b"content-length: %d\r\n\r\n" % MOST, b"x" * MOST)[0] == 204
    assert measuring == [MOST]


def test_a_body_that_stops_is_given_up(serve: Serve, plugin: Plugin, measuring: list[int]) -> None:
    with serve(plugin.asgi(body_timeout=0.2)) as port:
        assert raw(port, HEAD + b"content-length: 10\r\n\r\nabc")[0] == 408
    assert measuring == []


def test_callers_who_hang_up_leave_the_server_well(serve: Serve, plugin: Plugin) -> None:
    go_on, inside, begun = threading.Event(), threading.Semaphore(0), list[int]()

    @plugin.endpoint(public=True)
    def wait(event: DirectCall) -> str:
        begun.append(1)
        inside.release()
        assert go_on.wait(30)
        return "done"

    with serve(plugin.asgi(threads=2)) as port:
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
        for sock in sockets[:2]:
            sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert inside.acquire(timeout=30)
        sockets[2].sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")  # waits
        sockets[3].sendall(HEAD + b"content-length: 10\r\n\r\nabc")  # within the body
        time.sleep(0.2)
        for sock in sockets:
            sock.close()
        time.sleep(0.2)
        go_on.set()
        connection = connect(port)
        assert send(connection, events.direct(token=None)) == (200, b"done")
        connection.close()
    assert len(begun) >= 3


def test_http_2_bodies_in_many_frames(plugin: Plugin) -> None:
    """Two calls over one connection, their frames in turn."""
    plugin.endpoint(public=True)(lambda event: {"size": len(event.content), "protocol": event.raw["requestContext"]})
    sizes = {1: 30_000, 3: 20_000}
    with hypercorn_server(plugin.asgi()) as port, socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        connection.initiate_connection()
        for stream in sizes:
            pairs = [(":method", "POST"), (":path", "/"), (":scheme", "http"), (":authority", "x")]
            connection.send_headers(stream, pairs)
        for start in range(0, 30_000, 5000):
            for stream, size in sizes.items():
                if start < size:
                    connection.send_data(stream, b"x" * 5000, end_stream=start + 5000 == size)
        sock.sendall(connection.data_to_send())
        contents, ended = dict.fromkeys(sizes, b""), set[int]()
        while ended != set(sizes):
            for event in connection.receive_data(sock.recv(65536)):
                if isinstance(event, h2.events.DataReceived):
                    contents[event.stream_id] += event.data
                elif isinstance(event, h2.events.StreamEnded):
                    ended.add(event.stream_id)
            sock.sendall(connection.data_to_send())
    replies = {stream: json.loads(content) for stream, content in contents.items()}
    assert {stream: reply["size"] for stream, reply in replies.items()} == sizes
    assert {reply["protocol"]["http"]["protocol"] for reply in replies.values()} == {"HTTP/2"}


SLOW = """
import time
from biot_plugin import Plugin

plugin = Plugin()

@plugin.endpoint(public=True)
def slow(event):
    print("inside", flush=True)
    time.sleep(1)
    return "done"

@plugin.middleware
def around(event, call_next):
    call_next(event)
"""
PROGRAMS = {
    "uvicorn": ["uvicorn", "--factory", "index:plugin.asgi", "--port", "{port}", "--timeout-graceful-shutdown", "20"],
    "hypercorn": ["hypercorn", "index:plugin.asgi()", "--bind", "127.0.0.1:{port}", "--graceful-timeout", "20"],
}


@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_server_that_is_told_to_end_delivers_what_is_handled(program: str, tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(SLOW, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [part.format(port=port) for part in PROGRAMS[program]]
    environment = {**os.environ, "PYTHONPATH": str(Path(biot_plugin.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-m", *command], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            wait_for(port)
            connection = connect(port)
            connection.request("GET", "/?name=Ada")
            assert server.stdout is not None
            lines = []
            while "inside" not in lines:
                lines.append(server.stdout.readline().strip())
            server.send_signal(signal.SIGTERM)
            assert connection.getresponse().read() == b"done"
            connection.close()
            rest = server.communicate(timeout=30)[0]
        finally:
            server.kill()
    assert server.returncode in (0, -signal.SIGTERM)
    assert "Ada" not in rest
