"""Whoever is on the way to a plugin is served by what it was then, whatever others make of the plugin meanwhile."""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.services.settings.configured_subscriptions import PluginSubscriptions
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.testing import Emulator
from biot_emulator.wire_json import encode
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.hooks.test_schedule import eventually

pytestmark = pytest.mark.slow

PLUGINS = "/settings/v2/plugins"
RUNTIME = "python{}.{}".format(*sys.version_info)
CREATE = f"POST{PATIENTS}"
#: Prints which version it is, and changes nothing.
CODE = """
import json

def handler(event, context):
    print("version VERSION")
    body = json.loads(event.get("body") or "{}")
    return {key: body[key] for key in ("request", "response") if key in body}
"""


class Deployer:
    """Deploys versions of plugins, as zips or as images."""

    def __init__(self, emulator: Emulator, package: str) -> None:
        self.emulator = emulator
        self._package = package

    def create(self, version: int, name: str = "demo", **config: Any) -> None:
        new = {"name": name, "displayName": name, "timeout": 20, "deploymentPackageType": self._package, **config}
        self._send("POST", PLUGINS, 201, version, new)

    def update(self, version: int, status: int = 200, code: int | None = None) -> None:
        self._send("PATCH", f"{PLUGINS}/Plugin-demo", status, code or version, {"version": version})

    def delete(self, name: str = "demo") -> None:
        assert self.emulator.call("DELETE", f"{PLUGINS}/Plugin-{name}").status_code == 204

    def _send(self, method: str, path: str, status: int, version: int, config: dict[str, Any]) -> None:
        code, form, runtime = CODE.replace("VERSION", str(version)), dict[str, bytes](), {"runtime": RUNTIME}
        if self._package == "IMAGE":
            files, labels = {"var/task/index.py": code.encode()}, {"biot-plugin.runtime": RUNTIME}
            self.emulator.push_image(files, str(version), Cmd=["index.handler"], Labels=labels)
            runtime = {"imageTag": str(version)}
        else:
            form = {"code": code_zip(code)}
        form["config"] = encode({"version": version, **runtime, **config})
        reply = self.emulator.call(method, path, form=form)
        assert reply.status_code == status, reply.body


def change_twice(deployer: Deployer, _: pytest.MonkeyPatch) -> None:
    deployer.update(2)
    deployer.update(3)


def change_back(deployer: Deployer, _: pytest.MonkeyPatch) -> None:
    for version, code in ((2, 2), (3, 1), (4, 2)):
        deployer.update(version, code=code)


def change_and_fail_to_change_again(deployer: Deployer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise DataUnavailable("The disk is full")

    deployer.update(2)
    with monkeypatch.context() as failing:
        failing.setattr(PluginSubscriptions, "apply", fail)
        deployer.update(3, 500)


def delete(deployer: Deployer, _: pytest.MonkeyPatch) -> None:
    deployer.delete()
    deployer.create(4, "other")
    deployer.delete("other")


def delete_and_create(deployer: Deployer, monkeypatch: pytest.MonkeyPatch) -> None:
    delete(deployer, monkeypatch)
    deployer.create(5)


CHANGES = [change_twice, change_back, change_and_fail_to_change_again, delete, delete_and_create]


def create_patient(emulator: Emulator) -> None:
    reply = emulator.call("POST", PATIENTS, json=ADA)
    assert reply.status_code == 201, reply.body
    assert emulator.wait_for_notifications()


def call_directly(emulator: Emulator) -> None:
    url = emulator.call("GET", f"{PLUGINS}/Plugin-demo").body["endpointUrl"]
    reply = Client(emulator.url).call("GET", url.removeprefix(emulator.url))
    assert reply.status_code == 200, reply.body


def invoke(emulator: Emulator) -> None:
    emulator.invoke({})


def fire(emulator: Emulator) -> None:
    emulator.fire_schedule()


def be_due(emulator: Emulator) -> None:
    assert emulator.call("PUT", "/_emulator/clock", json={"now": "2040-01-01T00:00:00Z"}).status_code == 200


def subscribed(**subscriptions: Any) -> dict[str, Any]:
    return {"subscriptions": subscriptions}


SCHEDULE = {"cronSchedule": "0 0 1 1 ? 2040"}
#: By the kind of call: what the plugin's configuration says of it, and who calls.
KINDS: dict[str, tuple[dict[str, Any], Callable[[Emulator], None]]] = {
    "PRE_REQUEST": (subscribed(interceptions=[interception("PRE_REQUEST", CREATE)]), create_patient),
    "POST_REQUEST": (subscribed(interceptions=[interception("POST_REQUEST", CREATE)]), create_patient),
    "ADAPT_ENTITY": (subscribed(interceptions=[interception("ADAPT_ENTITY", "patient")]), create_patient),
    "NOTIFICATION": (
        subscribed(notifications=[{"entityTypeName": "patient", "actionName": "_create"}]),
        create_patient,
    ),
    "SCHEDULED": (SCHEDULE, be_due),
    "schedule fired by the operator": (SCHEDULE, fire),
    "DIRECT": ({}, call_directly),
    "invoked by the operator": ({}, invoke),
}


class OnTheWay:
    """The first call of the plugin, which goes on when it may, and has no process before."""

    def __init__(self) -> None:
        self.is_there, self.may_go_on, self.has_ended = threading.Event(), threading.Event(), threading.Event()
        self._id: str | None = None

    def observe(self, summary: InvocationSummary) -> None:
        if self._id is None and summary.plugin == "Plugin-demo":
            self._id = summary.id
            self.is_there.set()
            assert self.may_go_on.wait(60)
        elif summary.id == self._id:
            self.has_ended.set()


@contextmanager
def call_on_the_way(emulator: Emulator, call: Callable[[Emulator], None]) -> Iterator[None]:
    """Have a call be on its way to the plugin; afterwards it arrives there, and must succeed."""
    on_the_way = OnTheWay()
    emulator.platform.invocations.observers.append(on_the_way.observe)
    with ThreadPoolExecutor(1) as threads:
        caller = threads.submit(call, emulator)
        try:
            assert on_the_way.is_there.wait(60)
            yield
        finally:
            on_the_way.may_go_on.set()
        caller.result()
    assert on_the_way.has_ended.wait(60)


def left(emulator: Emulator) -> list[Any]:
    """Everything that is stored of the code of plugins."""
    plugins = emulator.platform.plugins
    folders = (plugins._code._folders.root, plugins._images._unpacked.root)
    return [
        *(file for folder in folders if folder.exists() for file in folder.iterdir()),
        *emulator.platform.store.select("SELECT id FROM files"),
    ]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("package", ["ZIP", "IMAGE"])
def test_a_call_on_its_way_is_served_by_the_version_that_it_is_on_its_way_to(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, package: str, kind: str, change: Callable[..., None]
) -> None:
    if package == "IMAGE" and platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("the platform takes images for x86-64 alone")
    deployer, (config, call) = Deployer(emulator, package), KINDS[kind]
    deployer.create(1, **config)
    with call_on_the_way(emulator, call):
        change(deployer, monkeypatch)
    [invocation] = emulator.invocations("demo")
    assert (invocation["error"], invocation["logs"]) == (None, ["version 1"])
    for plugin in emulator.search(PLUGINS):
        deployer.delete(plugin["name"])
    assert eventually(lambda: left(emulator) == []), left(emulator)
