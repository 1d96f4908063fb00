"""An emulator that is killed while plugins come, change and go has each of them entirely, or not at all."""

from __future__ import annotations

import http.client
import json
import random
import signal
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator.client import Client
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.scenarios.test_kill import ADMIN, Emulator
from tests.thoroughness import tries

_ROUNDS = tries(2, 3)
_WRITERS = 3
_NAMES = 1
_ENOUGH = 2
_SEED = 20261124

PLUGINS = "/settings/v2/plugins"
RUNTIME = "python{}.{}".format(*sys.version_info)
CREATE = f"POST{PATIENTS}"
TOLD = {"entityTypeName": "patient", "actionName": "_create"}
HOOKS = [
    [interception("PRE_REQUEST", CREATE)],
    [interception("PRE_REQUEST", CREATE), interception("ADAPT_ENTITY", "patient")],
    [interception("PRE_REQUEST", CREATE), interception("POST_REQUEST", CREATE)],
]
#: Leaves its mark in every request, says who it is when it is called directly, and can be busy for long.
CODE = """
import json, os, time

def handler(event, context):
    kind = event["headers"].get("hooktype")
    if kind is None and event["rawPath"] == "/busy":
        time.sleep(60)
    if kind is None:
        who = {"id": os.environ["BIOT_SERVICE_USER_ID"], "secretKey": os.environ["BIOT_SERVICE_USER_SECRET_KEY"]}
        return {"mark": "MARK", "who": who, "platform": os.environ["BIOT_BASE_URL"]}
    body = json.loads(event["body"])
    if kind == "INTERCEPTOR_PRE":
        body["request"]["body"].setdefault("trail", []).append("MARK")
        return {"request": body["request"]}
    return {"response": body.get("response")}
"""

#: A plugin's version, the mark in its code and what it is subscribed to; None for no plugin.
State = dict[str, Any] | None


class Writer:
    """Deploys, updates and deletes plugins of its own, and knows what the platform must have of them.

    Attributes:
        possible: By name, the state that was answered last; and what a request makes of it that has no answer yet.
    """

    def __init__(self, name: str, chance: random.Random) -> None:
        self.possible: dict[str, list[State]] = {f"{name}-{number}": [None] for number in range(_NAMES)}
        self._chance = chance
        self._version = 0

    def write(self, client: Client) -> None:
        name = self._chance.choice(list(self.possible))
        [before] = self.possible[name]
        self._version += 1
        hooks = {"interceptions": self._chance.choice(HOOKS), "notifications": self._chance.choice([[], [TOLD]])}
        after: State = {"version": self._version, "mark": f"{name} {self._version}", **hooks}
        if before and self._chance.random() < 0.4:
            after = None
        self.possible[name] = [before, after]
        send(client, name, before, after)
        self.possible[name] = [after]


def send(client: Client, name: str, before: State, after: State) -> None:
    path = f"{PLUGINS}/Plugin-{name}"
    if after is None:
        assert client.call("DELETE", path).status_code == 204
        return
    config = {
        "version": after["version"],
        "subscriptions": {key: after[key] for key in ("interceptions", "notifications")},
    }
    if before is None:
        config |= {"name": name, "displayName": name, "runtime": RUNTIME, "timeout": 20}
    form = {"code": code_zip(CODE.replace("MARK", after["mark"])), "config": json.dumps(config).encode()}
    reply = client.call("PATCH", path, form=form) if before else client.call("POST", PLUGINS, form=form)
    assert reply.status_code == (200 if before else 201), reply.body


def until_it_dies(act: Any, enough: threading.Event) -> None:
    try:
        for number in range(100_000):
            act()
            if number > _ENOUGH:
                enough.set()
    except (OSError, http.client.HTTPException):
        return
    raise AssertionError("it did not die")


def create(client: Client) -> list[str]:
    made = client.call("POST", PATIENTS, json=ADA)
    assert made.status_code == 201, made.body
    return list(made.body.get("trail", []))


@pytest.mark.thorough
@pytest.mark.slow
def test_plugins_are_there_entirely_or_not_at_all_after_a_kill(tmp_path: Path) -> None:
    chance = random.Random(_SEED)
    writers = [Writer(f"writer-{number}", random.Random(number)) for number in range(_WRITERS)]
    urls = set()
    for _ in range(_ROUNDS):
        emulator = Emulator(tmp_path)
        urls.add(emulator.url)
        client = Client(emulator.url).log_in(*ADMIN)
        check(client, writers)
        kill_while_writing(emulator, client, writers, chance)
    emulator = Emulator(tmp_path)
    # Of code that no plugin has any more, and of what was being extracted, nothing was left when it started.
    left = len(list((tmp_path / "code").iterdir()))
    client = Client(emulator.url).log_in(*ADMIN)
    assert left <= len(client.search(PLUGINS))
    check(client, writers)
    assert emulator.end(signal.SIGTERM) == 0
    assert processes_of(emulator.url) == []
    assert len(urls) > 1


def kill_while_writing(emulator: Emulator, client: Client, writers: list[Writer], chance: random.Random) -> None:
    busy = {"version": 1, "mark": "busy", "interceptions": [], "notifications": []}
    if client.call("GET", f"{PLUGINS}/Plugin-busy").status_code == 404:
        send(client, "busy", None, busy)
    address = path_of(client, "busy")
    acts = [
        *(lambda writer=writer: writer.write(client) for writer in writers),
        lambda: create(client),
    ]
    enough = [threading.Event() for _ in acts]
    with ThreadPoolExecutor(len(acts) + 1) as pool:
        running: list[Future[Any]] = [pool.submit(until_it_dies, *one) for one in zip(acts, enough, strict=True)]
        running.append(pool.submit(until_it_dies, lambda: client.call("GET", f"{address}busy"), threading.Event()))
        while not all(event.is_set() for event in enough) and not any(future.done() for future in running):
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3))
        processes = processes_of(emulator.url)
        assert emulator.end(signal.SIGKILL) == -signal.SIGKILL
    for future in running:
        future.result()
    assert processes
    deadline = time.monotonic() + 20
    while processes_of(emulator.url):
        assert time.monotonic() < deadline, "plugins of the killed emulator go on"
        time.sleep(0.01)


def path_of(client: Client, name: str) -> str:
    url = client.call("GET", f"{PLUGINS}/Plugin-{name}").body["endpointUrl"]
    assert url.startswith(client.url)
    return str(url.removeprefix(client.url))


def processes_of(url: str) -> list[int]:
    """The plugins' processes of the emulator at this address."""
    return [process.pid for process in psutil.process_iter() if platform_of(process) == url]


def platform_of(process: psutil.Process) -> str | None:
    try:
        return None if process.status() == psutil.STATUS_ZOMBIE else process.environ().get("BIOT_BASE_URL")
    except (psutil.Error, OSError):
        return None


def check(client: Client, writers: list[Writer]) -> None:
    """See that each plugin is as it was answered for, with all that belongs to it, and that there is nothing else."""
    plugins = {one["name"]: one for one in client.search(PLUGINS, {"limit": 1000})}
    marks = {name: mark_of(client, plugin) for name, plugin in plugins.items()}
    for writer in writers:
        for name, possible in writer.possible.items():
            found = state_of(plugins[name], marks[name]) if name in plugins else None
            assert found in possible
            writer.possible[name] = [found]

    services = client.search("/ums/v2/services", {"limit": 1000})
    assert sorted(one["name"] for one in services) == sorted(f"Plugin-{name}" for name in plugins)
    wanted = [(plugin["endpointUrl"], one) for plugin in plugins.values() for one in hooks_of(plugin)]
    assert sorted(subscriptions(client), key=str) == sorted(wanted, key=str)
    trail = create(client)
    assert sorted(trail) == sorted(marks[name] for name, plugin in plugins.items() if "PRE_REQUEST" in hooks_of(plugin))


def mark_of(client: Client, plugin: dict[str, Any]) -> str:
    """Call the plugin, see that it knows the platform and can log in to it, and give the mark in its code."""
    answer = Client(client.url).call("GET", plugin["endpointUrl"].removeprefix(client.url)).body
    assert answer["platform"] == client.url
    assert Client(client.url).call("POST", "/ums/v2/services/accessToken", json=answer["who"]).status_code == 200
    return str(answer["mark"])


def state_of(plugin: dict[str, Any], mark: str) -> State:
    hooks = {key: plugin["subscriptions"][key] for key in ("interceptions", "notifications")}
    return {"version": plugin["version"], "mark": mark, **hooks}


def hooks_of(plugin: dict[str, Any]) -> list[str]:
    hooks = plugin["subscriptions"]
    return [*(one["type"] for one in hooks["interceptions"]), *("NOTIFICATION" for _ in hooks["notifications"])]


def subscriptions(client: Client) -> list[tuple[str, str]]:
    hooks = "/dispatcher/v1/hooks"
    interceptions = client.search(f"{hooks}/interceptions", {"limit": 1000})
    notifications = client.search(f"{hooks}/notifications", {"limit": 1000})
    found = [(one["endpoint"], one["type"]) for one in interceptions]
    return found + [(one["endpoint"], "NOTIFICATION") for one in notifications]
