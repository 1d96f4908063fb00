"""One emulator for a module, with a plugin that does what the body of a call says."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import PATIENTS, code_zip, comparing_what_is_left, interception

CREATE = f"POST{PATIENTS}"

#: Adds its name to the body, or does what `do` of it says.
PLUGIN = code_zip("""
    import json, os, time, urllib.request

    def call(method, path, body, trace, token=None):
        headers = {"content-type": "application/json", "traceparent": trace}
        if token:
            headers["authorization"] = "Bearer " + token
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(os.environ["BIOT_BASE_URL"] + path, content, headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read())

    def log_in(trace):
        id, key = os.environ["BIOT_SERVICE_USER_ID"], os.environ["BIOT_SERVICE_USER_SECRET_KEY"]
        credentials = {"id": id, "secretKey": key}
        return call("POST", "/ums/v2/services/accessToken", credentials, trace)["accessToken"]

    def act(do, trace):
        if do == "crash": raise KeyError("mrn")
        if do == "exit": os._exit(3)
        if do == "hang": time.sleep(30)
        if do == "call": call("GET", "/device/v2/devices", None, trace, log_in(trace))
        if do == "refuse": return {"statusCode": 422, "body": json.dumps({"code": "NO"})}

    def handler(event, context):
        print("handling")
        kind = event.get("headers", {}).get("hooktype")
        if kind is None:
            if event.get("rawPath") == "/crash": raise KeyError("mrn")
            return {"statusCode": 201, "headers": {"x-a": "b"}, "body": json.dumps(event.get("body"))}
        body = json.loads(event["body"])
        if kind == "NOTIFICATION":
            act(body["data"]["entity"].get("later"), event["headers"]["traceparent"])
            return {}
        part = body["request"] if kind == "INTERCEPTOR_PRE" else body["response"]
        document = part["body"]
        if kind == "INTERCEPTOR_PRE":
            do = (document or {}).pop("do", None)
            refused = os.environ["NAME"] == "a" and act(do, event["headers"]["traceparent"])
            if refused: return refused
        document["trail"] = (document.get("trail") or "") + os.environ["NAME"]
        return {"request" if kind == "INTERCEPTOR_PRE" else "response": part}
""")


@pytest.fixture(scope="module")
def emulator(nothing_left_behind_by_the_module: None) -> Iterator[Emulator]:
    """An emulator with two plugins before the creation of patients, of which the first comes after it too."""
    with running() as emulator:
        notified = {"entityTypeName": "patient", "actionName": "_create"}
        hooks = {
            "interceptions": [interception("PRE_REQUEST", CREATE, 1), interception("POST_REQUEST", CREATE)],
            "notifications": [notified],
        }
        config: dict[str, Any] = {"timeout": 1, "cronSchedule": "0 0 1 1 ? 2040"}
        emulator.deploy(PLUGIN, "first", subscriptions=hooks, environmentVariables={"NAME": "a"}, **config)
        second = {"interceptions": [interception("PRE_REQUEST", CREATE, 2)]}
        emulator.deploy(PLUGIN, "second", subscriptions=second, environmentVariables={"NAME": "b"})
        yield emulator


@pytest.fixture(autouse=True)
def nothing_left_behind() -> None:
    """Look at what is left once for the module, whose tests share an emulator."""


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind_by_the_module() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(autouse=True)
def nothing_before(emulator: Emulator) -> None:
    """Begin each test without any call."""
    assert emulator.call("DELETE", "/_emulator/calls").status_code == 204


def create(emulator: Client, **attributes: Any) -> Reply:
    """Create a patient."""
    return emulator.call("POST", PATIENTS, json={"_name": {"firstName": "Ada", "lastName": "L"}, **attributes})


def send(emulator: Client, method: str, path: str, content: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Send bytes as they are."""
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=30)
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, content, own)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def plugin_path(emulator: Emulator, name: str = "first") -> str:
    """Return the path of a plugin's address."""
    endpoint: str = emulator.call("GET", f"/settings/v2/plugins/Plugin-{name}").body["endpointUrl"]
    return urlsplit(endpoint).path


def listed(emulator: Emulator, query: str = "") -> list[dict[str, Any]]:
    """Return the calls in a list, the oldest first."""
    data: list[dict[str, Any]] = emulator.call("GET", f"/_emulator/calls?{query}").body["data"]
    return data[::-1]


def last(emulator: Emulator, query: str = "") -> dict[str, Any]:
    """Return the last call with its steps, once all of it is over."""
    assert emulator.wait_for_notifications()
    return timeline(emulator, listed(emulator, query)[-1]["id"])


def timeline(emulator: Emulator, id: str) -> dict[str, Any]:
    """Return a call with its steps."""
    reply = emulator.call("GET", f"/_emulator/calls/{id}")
    assert reply.status_code == 200, reply.body
    document: dict[str, Any] = reply.body
    assert json.dumps(document)
    return document
