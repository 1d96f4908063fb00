"""What happens, to whoever listens, while it happens."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from biot_emulator.client import Client
from biot_emulator.invocations.history import Invocations
from biot_emulator.operator.records import live_stream
from biot_emulator.operator.records.live_stream import LiveStream
from biot_emulator.server import connections
from biot_emulator.state.clock import Clock
from biot_emulator.testing import Emulator, running
from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.masking import Masking
from biot_emulator.timelines.recorded_calls import CallKind, Sent
from tests.emulator.operator.records.conftest import create

LIVE = "/_emulator/calls/live"
DEVICES = "/device/v2/devices"


@contextmanager
def listening(emulator: Emulator, query: str = "", **headers: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=30)
    connection.request("GET", LIVE + query, headers={"authorization": f"Bearer {emulator.token}", **headers})
    response = connection.getresponse()
    yield response
    response.close()
    connection.close()


def events(response: http.client.HTTPResponse) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield each event: its name, its id and its data."""
    fields: dict[str, str] = {}
    while line := response.readline().decode():
        if line != "\n":
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], int(fields.get("id", 0)), json.loads(fields["data"])
            fields = {}


@pytest.mark.slow
def test_everybody_who_listens_gets_a_call_while_it_happens(emulator: Emulator) -> None:
    with listening(emulator) as first, listening(emulator) as second:
        for response in (first, second):
            assert (response.status, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
            assert response.headers["cache-control"] == "no-store"
            response.readline()
        create(emulator, do="call")
        for response in (first, second):
            states = []
            for name, _, call in events(response):
                assert name == "call"
                if call["hooks"]:
                    states.append((call["statusCode"], call["hooks"], call["pending"]))
                if states and states[-1] == (
                    201,
                    ["PRE_REQUEST", "PRE_REQUEST", "POST_REQUEST", "NOTIFICATION"],
                    False,
                ):
                    break
            # It was there before it had a response.
            assert states[0][0] is None
            assert states[0][2]


def test_whoever_comes_back_gets_what_it_has_missed(emulator: Emulator) -> None:
    emulator.call("GET", DEVICES)
    version = emulator.call("GET", "/_emulator/calls").body["data"][0]["version"]
    emulator.call("GET", f"{DEVICES}?a=1")
    for query, headers in ((f"?since={version}", {}), ("?since=1", {"last-event-id": str(version)})):
        with listening(emulator, query, **headers) as response:
            name, id, call = next(events(response))
            assert (name, call["address"], call["version"]) == ("call", f"{DEVICES}?a=1", id)


def test_that_everything_is_forgotten_is_an_event(emulator: Emulator) -> None:
    with listening(emulator) as response:
        response.readline()
        emulator.call("DELETE", "/_emulator/calls")
        assert next(events(response))[0] == "clear"


def test_nobody_listens_without_the_administrators_token(emulator: Emulator) -> None:
    assert Client(emulator.url).call("GET", LIVE).status_code == 401


def test_a_listener_that_is_gone_takes_no_place(emulator: Emulator) -> None:
    listeners = emulator.platform.calls.listeners
    for _ in range(3):
        with listening(emulator) as response:
            response.readline()
            assert len(listeners) == 1
        while len(listeners):
            time.sleep(0.005)


def test_a_listener_that_does_not_read_holds_up_no_call_and_is_dropped(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_TAKE_SECONDS", 0.2)
    monkeypatch.setattr(live_stream, "_PAUSE_SECONDS", 0)
    listeners, calls = emulator.platform.calls.listeners, emulator.platform.calls
    address = urlsplit(emulator.url)
    assert address.hostname
    assert address.port
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        slow.connect((address.hostname, address.port))
        slow.sendall(f"GET {LIVE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {emulator.token}\r\n\r\n".encode())
        while not len(listeners):
            time.sleep(0.005)
        ends = threading.Event()
        long = "x" * 60_000

        def flood() -> None:
            while not ends.is_set():
                calls.begin(CallKind.API, Sent("GET", f"/{long}"))

        flooding = threading.Thread(target=flood)
        flooding.start()
        while len(listeners):
            assert emulator.call("GET", DEVICES).status_code == 200
        ends.set()
        flooding.join()


def test_the_emulator_stops_though_somebody_listens() -> None:
    with running() as emulator, listening(emulator) as response:
        response.readline()
        emulator.platform.calls.listeners.close()
        assert b"".join(response)


def test_a_quiet_stream_says_that_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "_HEARTBEAT_SECONDS", 0.001)
    calls = CallHistory(Clock())
    stream = LiveStream(calls, Timelines(calls, Invocations(), Masking(tuple)))

    async def read() -> list[bytes]:
        parts = aiter(stream)
        first = [await anext(parts) for _ in range(3)]
        id = calls.begin(CallKind.API, Sent("GET", "/"))
        calls._calls.forget(id)
        gone = await anext(parts)
        stream.close()
        return [*first, gone, *[part async for part in parts]]

    first, *quiet, gone = asyncio.run(read())
    assert first.startswith(b"retry: ")
    assert quiet == [b": nothing new\n\n"] * 2
    assert gone == b""
