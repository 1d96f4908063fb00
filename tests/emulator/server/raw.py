"""Callers that keep to no rule: requests as bytes, sent as slowly and as incompletely as a test likes."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from biot_emulator.testing import Emulator

__all__ = ["Answer", "ask", "connect", "head", "read_all", "read_answer"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of the platform's error body."""
        assert set(self.body) == {"code", "message", "serviceName", "traceId", "environment", "details"}
        return self.status, self.body["code"]


def connect(emulator: Emulator) -> socket.socket:
    address = urlsplit(emulator.url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=20)


def head(method: str, path: str, **headers: object) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: x", *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    content = b""
    while chunk := connection.recv(65536):
        content += chunk
    return content


def read_answer(connection: socket.socket) -> Answer:
    """Read one answer, which has a length."""
    content = b""
    while b"\r\n\r\n" not in content:
        chunk = connection.recv(65536)
        assert chunk, content
        content += chunk
    top, _, body = content.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Answer(int(first.split(" ")[1]), headers, json.loads(body) if body else None)


def ask(emulator: Emulator, request: bytes) -> Answer:
    """Send bytes, and read the answer, even if the server wants no more of them."""
    with connect(emulator) as connection:
        connection.sendall(request)
        return read_answer(connection)
