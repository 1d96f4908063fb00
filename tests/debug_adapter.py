"""A small client of the Debug Adapter Protocol, which debuggers attach with: as an editor's, without an editor."""

from __future__ import annotations

import json
import queue
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SECONDS = 60


class Refused(Exception):
    """A request was answered with an error."""


class Debugger:
    """An attached debugger; a context manager that detaches it."""

    def __init__(self, address: str, **attach: Any) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), SECONDS)
        self._file = self._socket.makefile("rb")
        self._attach = attach
        self._number = 0
        self._responses: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self.events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def attach(self, file: Path | None = None, *lines: int) -> list[dict[str, Any]]:
        """Attach with breakpoints; return what became of them."""
        self.request("initialize", adapterID="test", pathFormat="path", linesStartAt1=True, columnsStartAt1=True)
        attached = self.send("attach", **{"justMyCode": True, **self._attach})
        self.wait_for("initialized")
        breakpoints = self.set_breakpoints(file, *lines) if file else []
        self.request("configurationDone")
        self.response(attached)
        return breakpoints

    def set_breakpoints(self, file: Path, *lines: int) -> list[dict[str, Any]]:
        source = {"path": str(file), "name": file.name}
        body = self.request("setBreakpoints", source=source, breakpoints=[{"line": line} for line in lines])
        breakpoints: list[dict[str, Any]] = body["breakpoints"]
        return breakpoints

    def wait_until_stopped(self) -> dict[str, Any]:
        """Wait for a breakpoint; return the innermost frame."""
        self.thread: int = self.wait_for("stopped")["threadId"]
        frame: dict[str, Any] = self.request("stackTrace", threadId=self.thread)["stackFrames"][0]
        return frame

    def variables(self, frame: dict[str, Any]) -> dict[str, str]:
        scopes = self.request("scopes", frameId=frame["id"])["scopes"]
        found = self.request("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
        return {variable["name"]: variable["value"] for variable in found}

    def evaluate(self, frame: dict[str, Any], expression: str) -> str:
        return str(self.request("evaluate", expression=expression, frameId=frame["id"], context="repl")["result"])

    def resume(self) -> None:
        self.request("continue", threadId=self.thread)

    def detach(self) -> None:
        self.request("disconnect", terminateDebuggee=False)

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self.response(self.send(command, **arguments))

    def send(self, command: str, **arguments: Any) -> int:
        self._number += 1
        self._responses[self._number] = queue.SimpleQueue()
        body = json.dumps({"seq": self._number, "type": "request", "command": command, "arguments": arguments})
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode()))
        return self._number

    def response(self, number: int) -> dict[str, Any]:
        response = self._responses[number].get(timeout=SECONDS)
        if not response["success"]:
            raise Refused(response["message"])
        body: dict[str, Any] = response.get("body") or {}
        return body

    def wait_for(self, name: str) -> dict[str, Any]:
        """Wait for an event; return its body."""
        while (event := self.events.get(timeout=SECONDS)) is not None:
            if event["event"] == name:
                body: dict[str, Any] = event.get("body") or {}
                return body
        raise EOFError(f"the debugger's connection ended before {name}")

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._file.close()
        self._socket.close()

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while line := self._file.readline():
                size = int(line.partition(b":")[2])
                self._file.readline()
                message = json.loads(self._file.read(size))
                if message["type"] == "response":
                    self._responses[message["request_seq"]].put(message)
                elif message["type"] == "event":
                    self.events.put(message)
        self.events.put(None)
