"""The callers of a slow plugin wait, or are refused; nobody else notices."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from biot_emulator.api.errors import TooManyRequests
from biot_emulator.client import Client, Reply
from biot_emulator.hooks.concurrency import Concurrency
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import ADA, PATIENTS, code_zip

KEY = "/ums/v1/security/public-key"
DEVICES = "/device/v2/devices"
SUBSCRIBE = "/dispatcher/v1/hooks/interceptions/subscribe"


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Run an emulator where each plugin has two callers at most, and all of them three."""
    monkeypatch.setattr(Concurrency.__init__, "__defaults__", (2, 3))
    with running() as emulator:
        yield emulator


@contextmanager
def silent_plugin(emulator: Emulator, api: str) -> Iterator[socket.socket]:
    """Subscribe an address that takes calls and answers none, until it is closed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        body = {"type": "PRE_REQUEST", "apiId": api, "endpoint": endpoint}
        assert emulator.call("POST", SUBSCRIBE, json=body).status_code == 201
        yield silent


@contextmanager
def callers(number: int, call: Callable[[], Reply], silent: socket.socket) -> Iterator[list[int]]:
    """Have so many callers wait for a silent plugin, which hangs up at the end."""
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(call().status_code)) for _ in range(number)]
    for thread in threads:
        thread.start()
    connections = [silent.accept()[0] for _ in range(number)]
    try:
        yield statuses
    finally:
        for connection in connections:
            connection.close()
        for thread in threads:
            thread.join()


def test_the_next_caller_of_a_slow_plugin_is_refused_and_nobody_else(emulator: Emulator) -> None:
    def create() -> Reply:
        return emulator.call("POST", PATIENTS, json=ADA)

    with silent_plugin(emulator, f"POST{PATIENTS}") as silent:
        for policy in ("fail", "ignore"):
            emulator.call("PATCH", "/_emulator/failure-policies", json={"crash": policy, "timeout": policy})
            with callers(2, create, silent) as statuses:
                reply = create()
                assert (reply.status_code, reply.body["code"]) == (429, "TOO_MANY_REQUESTS")
                assert reply.headers["retry-after"] == "1"
                assert Client(emulator.url).call("GET", KEY).status_code == 200
                assert emulator.as_user(emulator.username, emulator.password).token
                assert emulator.call("GET", PATIENTS).status_code == 200
                assert emulator.call("POST", DEVICES, json={"_id": policy}).status_code == 201
                assert emulator.call("GET", "/_emulator/invocations").status_code == 200
            assert statuses == [{"fail": 502, "ignore": 201}[policy]] * 2


def test_all_plugins_together_have_a_limit_too(emulator: Emulator) -> None:
    numbers = iter(range(100))

    def create_patient() -> Reply:
        return emulator.call("POST", PATIENTS, json=ADA)

    def create_device() -> Reply:
        return emulator.call("POST", DEVICES, json={"_id": f"d{next(numbers)}"})

    with (
        silent_plugin(emulator, f"POST{PATIENTS}") as first,
        silent_plugin(emulator, f"POST{DEVICES}") as second,
        callers(2, create_patient, first),
    ):
        with callers(1, create_device, second):
            assert create_device().status_code == 429
            assert create_patient().status_code == 429
            assert Client(emulator.url).call("GET", KEY).status_code == 200
        with callers(1, create_device, second):
            pass


@pytest.mark.slow
def test_direct_callers_and_the_operator_are_counted_as_well(emulator: Emulator) -> None:
    url = urlsplit(
        emulator.deploy(code_zip("def handler(event, context): return 1"), cronSchedule="0 0 1 1 ? 2099")["endpointUrl"]
    )
    own = Client(emulator.url)
    assert own.call("GET", url.path).status_code == 200
    [plugin] = emulator.platform.plugins
    concurrency = emulator.platform.function_urls._concurrency
    with concurrency.enter(plugin.endpoint_url), concurrency.enter(plugin.endpoint_url):
        reply = own.call("GET", url.path)
        assert (reply.status_code, reply.body["message"]) == (429, "Rate Exceeded.")
        assert emulator.call("POST", "/_emulator/plugins/Plugin-demo/schedule").status_code == 429
    assert own.call("GET", url.path).status_code == 200
    assert emulator.fire_schedule()["statusCode"] == 200


def test_whoever_leaves_makes_room() -> None:
    concurrency = Concurrency(of_plugin=1, of_all=2)
    for _ in range(3):
        with concurrency.enter("a"), concurrency.enter("b"):
            for endpoint in "abc":
                with pytest.raises(TooManyRequests), concurrency.enter(endpoint):
                    raise AssertionError
        with pytest.raises(KeyError), concurrency.enter("a"):
            raise KeyError
    assert not concurrency._callers


@pytest.mark.slow
def test_a_plugin_without_a_free_process_refuses_and_is_not_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Workers.__init__, "__kwdefaults__", {"limit": 1, "idle_seconds": 60.0, "wait_seconds": 0.2})
    over = tmp_path / "over"
    code = code_zip(f"""
        import json, pathlib, time
        def handler(event, context):
            while not pathlib.Path({str(over)!r}).exists(): time.sleep(0.01)
            return {{"request": json.loads(event["body"])["request"]}}
    """)
    hooks = {"interceptions": [{"type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}"}]}
    told = {"notifications": [{"entityTypeName": "device", "actionName": "_create"}]}
    with running() as emulator:
        url = urlsplit(emulator.deploy(code, timeout=60, subscriptions={**hooks, **told})["endpointUrl"])
        emulator.call("PATCH", "/_emulator/failure-policies", json=dict.fromkeys(("crash", "timeout"), "ignore"))
        statuses: list[int] = []
        create = threading.Thread(target=lambda: statuses.append(emulator.call("POST", PATIENTS, json=ADA).status_code))
        create.start()
        [plugin] = emulator.platform.plugins
        while not emulator.platform.plugins._workers.count(plugin.name):
            threading.Event().wait(0.01)
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 429
        assert Client(emulator.url).call("GET", url.path).status_code == 429
        assert emulator.call("POST", DEVICES, json={"_id": "d1"}).status_code == 201
        assert emulator.wait_for_notifications()
        assert [record.getMessage() for record in caplog.records] == ["A notification is not sent: its plugin is busy"]
        over.touch()
        create.join()
        assert statuses == [201]
        errors = [record["error"]["type"] for record in emulator.invocations() if record["error"]]
        assert errors == ["TooManyRequestsException"] * 3
