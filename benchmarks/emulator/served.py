"""Runs an emulator in a process of its own, with plugins that pass on what they get."""

from __future__ import annotations

import http.client
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.emulator.load import processor_time
from benchmarks.measuring.environments import RUNTIME

__all__ = [
    "ADA", "ADMIN", "CHANGE", "KEY", "LOGIN", "MEGABYTE", "PATIENTS", "PLUGINS",
    "Connection", "Running", "deploy", "running",
]  # fmt: skip

ADMIN = ("admin@localhost", "password")
LOGIN, KEY = "/ums/v2/users/login", "/ums/v1/security/public-key"
PATIENTS, PLUGINS = "/organization/v1/users/patients", "/settings/v2/plugins"
#: The call that interceptors are asked about.
CHANGE = f"PATCH{PATIENTS}/{{id}}"
ADA = json.dumps({"_name": {"firstName": "Ada", "lastName": "Lovelace"}})
MEGABYTE = 1024 * 1024
SERVE = ("-c", "from biot_emulator.program.main import main; main()", "serve", "--port", "0")
CODE = """
import json, time

def handler(event, context):
    if event["rawPath"] == "/slow":
        time.sleep(1)
        return {}
    return {"request": json.loads(event["body"])["request"]}
"""


class Connection:
    """Calls the emulator on one connection."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}

    def call(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Any:
        """Makes a call; returns the body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body, {**self._headers, **sent})
        response = self._connection.getresponse()
        content = response.read()
        assert response.status < 300, (method, path, response.status, content)
        return json.loads(content)


@dataclass(frozen=True)
class Running:
    """A running emulator.

    Attributes:
        process: Its process.
        port: Where it listens.
        start: Seconds from the start of the process until it listens, and the processor's time in it.
    """

    process: psutil.Process
    port: int
    start: tuple[float, float]

    @property
    def memory(self) -> float:
        """Megabytes of the emulator's own process."""
        return float(self.process.memory_info().rss) / MEGABYTE

    def log_in(self) -> str:
        """The administrator's token."""
        login = json.dumps({"username": ADMIN[0], "password": ADMIN[1]})
        token: str = Connection(self.port).call("POST", LOGIN, login)["accessJwt"]["token"]
        return token


@contextmanager
def running(checkout: Path | None = None) -> Iterator[Running]:
    """Runs the emulator of a checkout, or else the one that is installed."""
    environment = {**os.environ, "BIOT_EMULATOR_ADMIN": ":".join(ADMIN)}
    if checkout:
        environment["PYTHONPATH"] = str(checkout / "emulator" / "src")
    # Nobody's emulator compiles all of itself at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, *SERVE], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        port = int(process.stdout.readline().rpartition(":")[2])
        try:
            itself = psutil.Process(process.pid)
            yield Running(itself, port, (time.perf_counter() - begin, processor_time(itself)))
        finally:
            process.terminate()


def deploy(port: int, token: str, name: str, source: str = CODE, **more: object) -> str:
    """Deploys a plugin, or else one that passes on what it gets; returns the path of its URL."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", source)
    config = {"name": name, "displayName": name, "version": 1, "runtime": RUNTIME, "handler": "index.handler", **more}
    parts = {"code": code.getvalue(), "config": json.dumps(config).encode()}
    head = '--b\r\ncontent-disposition: form-data; name="{0}"; filename="{0}"\r\n\r\n'
    form = b"".join(head.format(part).encode() + content + b"\r\n" for part, content in parts.items()) + b"--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    url: str = Connection(port, token).call("POST", PLUGINS, form, content_type=kind)["endpointUrl"]
    return "/" + url.split("/", 3)[3]
