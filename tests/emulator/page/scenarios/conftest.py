"""A real browser, and a platform on which something happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from biot_emulator.testing import Emulator
from tests.chromium import running_chromium
from tests.emulator.conftest import PATIENTS, code_zip, interception
from tests.emulator.page.conftest import ADMIN
from tests.http_servers import JoiningServer

CREATE = f"POST{PATIENTS}"
PERSON = {"_name": {"firstName": " ada ", "lastName": "LOVELACE"}}
_FLAGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # As if the owner of a site had let its name lead to this machine.
    "--host-resolver-rules=MAP evil.example 127.0.0.1",
)

TIDY = code_zip("""
    import json, os, urllib.request

    def call(method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        headers["content-type"] = "application/json"
        request = urllib.request.Request(os.environ["BIOT_BASE_URL"] + path, data, headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def handler(event, context):
        request = json.loads(event["body"])["request"]
        trace = {"traceparent": event["headers"]["traceparent"]}
        print("[INFO] tidying the names of a new patient")
        user = {"id": os.environ["BIOT_SERVICE_USER_ID"], "secretKey": os.environ["BIOT_SERVICE_USER_SECRET_KEY"]}
        token = call("POST", "/ums/v2/services/accessToken", user, **trace)["accessToken"]
        call("GET", "/organization/v1/organizations", authorization="Bearer " + token, **trace)
        name = request["body"]["_name"]
        request["body"]["_name"] = {part: text.strip().title() for part, text in name.items()}
        print("[WARNING] the patient has no phone number")
        return {"statusCode": 200, "body": json.dumps({"request": request})}
""")
AGREE = code_zip("""
    import json, os, urllib.request

    def handler(event, context):
        body = json.loads(event["body"])
        if "request" not in body or "response" in body:
            print("[INFO] telling the registry of a new patient")
            return welcome(body)
        urllib.request.urlopen(os.environ["GATE"]).read()
        request = body["request"]
        request["body"]["_description"] = "Consent: " + request["body"]["_name"]["firstName"]
        return {"statusCode": 200, "body": json.dumps({"request": request})}

    def welcome(body):
        patient = body["data"]["entity"]
        return {"statusCode": 200, "body": patient["_caregiver"]["id"]}
""")


@dataclass
class Gate:
    """An address that a plugin waits at until a test lets it pass."""

    url: str
    passes: threading.Event = field(default_factory=threading.Event)


@dataclass
class Elsewhere:
    """Another site in the same browser, whose pages a test writes."""

    url: str
    pages: dict[str, str] = field(default_factory=dict)


class _Handler(BaseHTTPRequestHandler):
    respond: Any

    def do_GET(self) -> None:
        content = self.respond(self.path).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _serving(respond: Any) -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"respond": staticmethod(respond)})
    server = JoiningServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def gate(nothing_left_after_the_module: None) -> Iterator[Gate]:
    passes = threading.Event()
    passes.set()

    def wait(_: str) -> str:
        passes.wait(30)
        return "go on"

    for url in _serving(wait):
        yield Gate(url, passes)
        passes.set()


@pytest.fixture(scope="module")
def elsewhere(nothing_left_after_the_module: None) -> Iterator[Elsewhere]:
    pages: dict[str, str] = {}
    for url in _serving(lambda path: pages.get(path, "")):
        yield Elsewhere(url, pages)


@pytest.fixture(scope="module")
def event_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repository") / "events"


@pytest.fixture(scope="module")
def server(nothing_left_after_the_module: None, event_folder: Path) -> Iterator[Server]:
    with Server(build_platform(Store(), admin=ADMIN, event_folder=event_folder)) as server:
        yield server


@pytest.fixture(scope="module")
def emulator(server: Server, gate: Gate) -> Emulator:
    """The platform, with two plugins that intercept the same call; the second one is also notified, and fails."""
    emulator = Emulator(server.url, Client(server.url).log_in(*ADMIN).token, server.platform, ADMIN)
    hooks = {"interceptions": [interception("PRE_REQUEST", CREATE, 1)]}
    emulator.deploy(TIDY, "tidy", displayName="Tidy names", subscriptions=hooks, cronSchedule="0 6 ? * MON-FRI *")
    hooks = {
        "interceptions": [interception("PRE_REQUEST", CREATE, 2)],
        "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
    }
    variables = {"GATE": gate.url, "REGISTRY_PASSWORD": "hush-hush-hush"}
    emulator.deploy(
        AGREE, "consent", displayName="Consent registry", subscriptions=hooks, environmentVariables=variables
    )
    return emulator


@pytest.fixture(scope="module")
def chromium(nothing_left_after_the_module: None) -> Iterator[Browser]:
    """A browser, started once for a module."""
    with running_chromium(*_FLAGS) as browser:
        yield browser


@pytest.fixture(scope="module")
def context(chromium: Browser, server: Server, emulator: Emulator) -> Iterator[BrowserContext]:
    """A window in which the administrator has logged in, by the link that `biot-plugin dev` prints."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(server.url + server.page.one_time_link(ADMIN))
    page.wait_for_url(f"{server.url}/_emulator/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page in that window; what the browser complains about fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message.text) else None)
    yield page
    page.close()
    assert complaints == []


def _is_complaint(text: str) -> bool:
    # That it is in no frame of another site is what a browser rightly complains about.
    return "frame-ancestors" not in text and ("Content Security Policy" in text or "Uncaught" in text)


def root(server: Server) -> str:
    return f"{server.url}/_emulator/"
