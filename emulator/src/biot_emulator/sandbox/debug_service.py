"""What a plugin's process asks the emulator while it is debugged, below the Runtime API's path."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

from biot_emulator.debugging.clock import Clock
from biot_emulator.debugging.settings import Debugging
from biot_emulator.http.loopback_server import json_response
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_emulator.lambda_function import failures
from biot_emulator.lambda_function.invocation import InvocationError
from biot_emulator.wire_json import decode

__all__ = ["DebugService"]

_DONE = json_response(202, {"status": "OK"})


class DebugService:
    """One process's clock and debugger. Safe for several threads.

    Args:
        debugging: How the plugin is debugged; None if it is not.

    Attributes:
        clock: The time of the process's events.
        deadline: When the limit that holds now is reached, on that clock.
    """

    def __init__(self, debugging: Debugging | None) -> None:
        self.clock = debugging.clock if debugging else Clock()
        self.deadline = 0.0
        self._debugging = debugging
        self._lock = threading.Lock()
        self._prompt = ExitStack()
        self._waiting = ExitStack()
        self._process: tuple[str, int] | None = None
        self._has_quit = False
        self._waits_until = 0.0
        self._attachments = 0

    def begin(self) -> None:
        """Begin to wait for a debugger, if the process does."""
        if self._debugging and self._debugging.port and self._debugging.wait_seconds is not None:
            self._attachments = self._debugging.port.attachments
            self._waits_until = time.monotonic() + self._debugging.wait_seconds
            self._waiting.enter_context(self.clock.held())

    def failure(self) -> InvocationError | None:
        """Return why the process is to be ended: nobody has attached a debugger, or whoever debugs it wants that."""
        if self._has_quit:
            return failures.debugger_quit()
        if not self._waits_until or self._debugging is None or self._debugging.port is None:
            return None
        if self._debugging.port.is_attached() or self._debugging.port.attachments > self._attachments:
            self._stop_waiting()
        elif time.monotonic() > self._waits_until:
            return failures.no_debugger(self._debugging.wait_seconds or 0, self._debugging.port.address)
        return None

    def settle(self) -> None:
        """Let the process respond to its debugger before it is ended."""
        if self._debugging and self._debugging.port and self._process:
            self._debugging.port.settle(self._process)

    def close(self) -> None:
        """Let the clock go on: the process has ended."""
        self._stop_waiting()
        self._end_prompt()
        if self._debugging and self._debugging.port and self._process:
            self._debugging.port.leave(self._process)

    def respond(self, request: Request, path: list[str]) -> Response | None:
        """Respond to the process; None if it has asked for nothing that there is.

        Args:
            request: What it asks.
            path: The rest of the path.
        """
        if self._debugging is None:
            return None
        match request.method, path:
            case "GET", ["remaining"]:
                left = max(0, int((self.deadline - self.clock.now()) * 1000))
                return json_response(200, {"milliseconds": left, "now": self.clock.now()})
            case "POST", ["listening"]:
                return self._open(request)
            case "POST", ["prompt"]:
                with self._lock:
                    self._prompt.enter_context(self.clock.held())
            case "DELETE", ["prompt"]:
                self._end_prompt()
            case "POST", ["quit"]:
                self._has_quit = True
            case _:
                return None
        return _DONE

    def _open(self, request: Request) -> Response:
        if self._debugging and self._debugging.port:
            try:
                where = decode(request.body)
                self._process = str(where["host"]), int(where["port"])
            except (LookupError, TypeError, ValueError):
                return json_response(400, {"errorType": "InvalidAddress", "errorMessage": "it is no host and port"})
            self._debugging.port.open_to(self._process)
        return _DONE

    def _stop_waiting(self) -> None:
        self._waits_until = 0.0
        self._waiting.close()

    def _end_prompt(self) -> None:
        with self._lock:
            self._prompt.close()
