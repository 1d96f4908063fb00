"""moto proves the shape of calls alone: so the code that arrived there runs here, behind a real HTTPS address."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import ssl
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from biot_emulator import Function, Runtime
from biot_emulator.function_url.event_from_request import UrlRequest, function_event
from biot_emulator.testing import Emulator, running
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.cut_connection import CutConnection, cut_connection
from tests.scaffold.deployments import configured, hook
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.moto_account import MotoAccount, use_account
from tests.scaffold.packages import Repository

pytestmark = [pytest.mark.slow, pytest.mark.long(20)]

NAME = "biot-demo"
PATIENTS = "/organization/v1/users/patients"
ADA = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}}
CODE = """
from biot_plugin import Plugin
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients", order=5)
def mark(event):
    event.body["mrn"] = event.body["mrn"].strip()
handler = plugin.handler
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def emulator(authority: trustme.CA, tmp_path: Path) -> Iterator[Emulator]:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with running(ca_file=tmp_path / "ca.pem") as emulator:
        yield emulator


@pytest.fixture
def network(aws: MotoAccount, monkeypatch: pytest.MonkeyPatch) -> Iterator[CutConnection]:
    with cut_connection(aws.url) as connection:
        use_account(monkeypatch, connection.url)
        yield connection


def test_what_was_deployed_serves_the_platform_and_nobody_else(
    plugin: Repository,
    aws: MotoAccount,
    network: CutConnection,
    emulator: Emulator,
    platform: FaultyPlatform,
    authority: trustme.CA,
    tmp_path: Path,
) -> None:
    hook(plugin)
    plugin.write("index.py", CODE)
    configured(plugin, target="aws", timeout=20)
    done = plugin.program("deploy", "--yes", "--json")
    assert done.exit_code == 0, done.err
    configuration = aws.client("lambda").get_function_configuration(FunctionName=NAME, Qualifier="live")
    with _served(_function(network, configuration, tmp_path), authority) as address:
        _move_subscriptions(emulator, done.document["endpointUrl"], address)
        made = emulator.call("POST", PATIENTS, json={**ADA, "mrn": " 7 "})
        assert (made.status_code, made.body["mrn"]) == (201, "7")
        [record] = emulator.invocations()
        assert (record["plugin"], record["statusCode"]) == (address, 200)
        forged = _forged_call(address, authority, tmp_path, record["input"]["body"])
        assert (forged["status"], forged["body"]["code"]) == (400, "JWT_ERROR")


def _function(network: CutConnection, configuration: dict[str, Any], folder: Path) -> Function:
    """The function with the code and the environment as they arrived at AWS."""
    [request] = [body for line, body in network.bodies if line.startswith("POST /2015-03-31/functions HTTP")]
    content = base64.b64decode(json.loads(request)["Code"]["ZipFile"])
    assert base64.b64encode(hashlib.sha256(content).digest()).decode() == configuration["CodeSha256"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder / "code")
    python = find_interpreter(configuration["Runtime"])
    assert python
    return Function(
        root=folder / "code",
        interpreter=python,
        name="demo",
        handler=configuration["Handler"],
        timeout=configuration["Timeout"],
        memory_mb=configuration["MemorySize"],
        environment=configuration["Environment"]["Variables"],
        isolated=True,
    )


@contextmanager
def _served(function: Function, authority: trustme.CA) -> Iterator[str]:
    """Serve a function at an HTTPS address of this machine, as its function URL."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with Runtime(function) as runtime:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(runtime))
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(runtime: Runtime) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = UrlRequest(headers=headers, content=content)
            response = runtime.invoke(function_event(request, "a" * 32, datetime.now(timezone.utc))).response
            self.send_response(response.status_code)
            for name, value in {**response.headers, "content-length": str(len(response.content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, format: str, *_: Any) -> None: ...

    return Handler


def _move_subscriptions(emulator: Emulator, url: str, address: str) -> None:
    """Lead the platform here, in place of the address that moto has invented."""
    path = "/dispatcher/v1/hooks/interceptions"
    [shown] = emulator.call("GET", path).body["data"]
    assert (shown["endpoint"], shown["executionOrder"]) == (url, 5)
    body = {"type": shown["type"], "apiId": shown["apiId"]}
    emulator.call("POST", f"{path}/unsubscribe", json={**body, "endpoint": url})
    assert emulator.call("POST", f"{path}/subscribe", json={**body, "endpoint": address}).status_code == 201


def _forged_call(address: str, authority: trustme.CA, folder: Path, body: Any) -> dict[str, Any]:
    import urllib.error
    import urllib.request

    token = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    headers = {
        "hooktype": "INTERCEPTOR_PRE",
        "authorization": f"Bearer {token}.e30.",
        "content-type": "application/json",
    }
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    request = urllib.request.Request(address, json.dumps(body).encode(), headers, method="POST")
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=30, context=context)
    with raised.value as error:
        return {"status": error.code, "body": json.loads(error.read())}
