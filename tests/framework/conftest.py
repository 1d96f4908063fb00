from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from biot_plugin import Plugin
from biot_plugin.testing import Signer, default_signer

BIOT_VARIABLES = (
    "BIOT_APP_NAME",
    "BIOT_BASE_URL",
    "BIOT_SERVICE_USER_ID",
    "BIOT_SERVICE_USER_SECRET_KEY",
    "BIOT_SERVICE_ENVIRONMENT",
    "BIOT_SHOULD_VALIDATE_JWT",
    "BIOT_JWT_PERMISSION_INTERCEPTION",
    "BIOT_JWT_PERMISSION_NOTIFICATION",
    "JWT_TOKEN_TYPES",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "POWERTOOLS_LOG_LEVEL",
)
#: Options of a pytest that runs in a test: schemathesis alone, where it is installed, costs a second.
FEW_PLUGINS = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis")


@pytest.fixture(autouse=True)
def platform_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the platform gives a plugin, and nothing from the machine at hand."""
    for name in BIOT_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BIOT_APP_NAME", "Demo Plugin")
    monkeypatch.setenv("BIOT_SERVICE_ENVIRONMENT", "test")


@pytest.fixture
def plugin() -> Plugin:
    return Plugin()


@pytest.fixture(scope="session")
def signer() -> Signer:
    return default_signer()


@pytest.fixture(scope="session")
def other_signer() -> Signer:
    return Signer()


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The records that were logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def spki(signer: Signer) -> str:
    der = signer.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


class KeyService:
    """A real HTTP server that answers for the platform's public key, and counts how often it is asked."""

    def __init__(self) -> None:
        self.current: Signer = default_signer()
        self.previous: Signer | None = None
        self.answer: tuple[int, bytes] | None = None
        self.requests = 0
        self.paths: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.requests += 1
                service.paths.append(self.path)
                status, body = service.answer or (200, service.keys())
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def keys(self) -> bytes:
        previous = {"previousPublicKey": spki(self.previous)} if self.previous else {}
        return json.dumps({"publicKey": spki(self.current), **previous}).encode()

    def rotate(self, signer: Signer) -> None:
        self.current, self.previous = signer, self.current

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def key_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyService]:
    service = KeyService()
    monkeypatch.setenv("BIOT_BASE_URL", service.base_url)
    yield service
    service.close()
