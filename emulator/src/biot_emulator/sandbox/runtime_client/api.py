"""The client side of the Runtime API.

Whatever it imports shadows the plugin's own modules of the same names; `http.client` would add `email`, `ssl` and more.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

__all__ = ["Event", "RuntimeApi"]

_ROOT = "/2018-06-01/runtime"


class Event(NamedTuple):
    """An event to be handled.

    Attributes:
        payload: Its JSON.
        request_id: Its id.
        deadline_ms: When it times out, in milliseconds since 1970.
        function_arn: The ARN of the invoked function.
        trace_id: The value of AWS's trace header.
    """

    payload: bytes
    request_id: str
    deadline_ms: int
    function_arn: str | None
    trace_id: str | None


class RuntimeApi:
    """A connection that lasts as long as the process.

    Args:
        address: Host and port.
    """

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host = address
        self._socket = socket.socket()
        self._socket.connect((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._socket.makefile("rb")

    def next_event(self) -> Event:
        """Wait for the next event."""
        headers, payload = self._exchange("GET", "/invocation/next")
        return Event(
            payload=payload,
            request_id=headers["lambda-runtime-aws-request-id"],
            deadline_ms=int(headers["lambda-runtime-deadline-ms"]),
            function_arn=headers.get("lambda-runtime-invoked-function-arn"),
            trace_id=headers.get("lambda-runtime-trace-id"),
        )

    def answer(self, event: Event, reply: bytes, content_type: str) -> None:
        """Send the reply to an event."""
        self._exchange("POST", f"/invocation/{event.request_id}/response", reply, content_type)

    def fail(self, event: Event, report: bytes) -> None:
        """Report the error of an event."""
        self._exchange("POST", f"/invocation/{event.request_id}/error", report)

    def fail_init(self, report: bytes, kind: str) -> None:
        """Report why the plugin cannot be loaded."""
        self._exchange("POST", "/init/error", report, **{"Lambda-Runtime-Function-Error-Type": kind})

    def debug(self, method: str, path: str, content: bytes) -> bytes:
        """Ask what only a process that is debugged may ask; return the response."""
        return self._exchange(method, f"/debugging/{path}", content)[1]

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()
        self._socket.close()

    def _exchange(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json", **extra_headers: str
    ) -> tuple[dict[str, str], bytes]:
        headers = {"Host": self._host, "Content-Type": content_type, "Content-Length": str(len(body)), **extra_headers}
        lines = [f"{method} {_ROOT}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body)
        return self._receive(f"{method} {path}")

    def _receive(self, request: str) -> tuple[dict[str, str], bytes]:
        status = self._line().split(" ")[1]
        headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self._reader.read(int(headers.get("content-length", "0")))
        if not status.startswith("2"):
            raise RuntimeError(f"The Runtime API returned {status} for {request}: {body.decode('utf-8', 'replace')}")
        return headers, body

    def _line(self) -> str:
        line = self._reader.readline()
        if not line:
            raise ConnectionError("The Runtime API closed the connection")
        return line.decode("latin-1").rstrip("\r\n")
