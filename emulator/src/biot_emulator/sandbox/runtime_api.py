"""Lambda's Runtime API for one process: the server that hands out events and receives the answers."""

from __future__ import annotations

import select
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Self

from biot_emulator.http.connection import Admission, Connection
from biot_emulator.http.loopback_server import Server, json_response
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.random_ids import random_hex, random_uuid
from biot_emulator.wire_json import decode

__all__ = ["Answer", "Event", "Failure", "RuntimeApi"]

_ROOT = "/2018-06-01/runtime"
_DONE = json_response(202, {"status": "OK"})


class Event(NamedTuple):
    """An event to be handled by the process.

    Attributes:
        request_id: Its id; only an answer with this id is accepted.
        payload: Its JSON.
        deadline_ms: When it times out, in milliseconds since 1970.
        function_arn: The ARN of the invoked function.
        trace_id: The value of AWS's trace header.
    """

    request_id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str

    @classmethod
    def new(cls, payload: bytes, seconds: float, function_arn: str) -> Self:
        """Create an event whose time starts now.

        Args:
            payload: Its JSON.
            seconds: The function's timeout.
            function_arn: The ARN of the invoked function.
        """
        now, root, parent = time.time(), random_hex(), random_hex()
        return cls(
            request_id=random_uuid(),
            payload=payload,
            deadline_ms=int((now + seconds) * 1000),
            function_arn=function_arn,
            trace_id=f"Root=1-{int(now):08x}-{root[:24]};Parent={parent[:16]};Sampled=0",
        )


class Failure(NamedTuple):
    """An exception, as the runtime client reports it."""

    type: str
    message: str
    stack_trace: tuple[str, ...]


class Answer(NamedTuple):
    """The process's answer to an event.

    Attributes:
        received_at: When it was received, on the monotonic clock.
        payload: The reply; empty if it is larger than Lambda accepts.
        size: Size of the reply in bytes.
        failure: Set if the handler failed.
    """

    received_at: float
    payload: bytes = b""
    size: int = 0
    failure: Failure | None = None


class RuntimeApi:
    """The Runtime API of one process, closed with it so that nothing is accepted from a killed process.

    A connection on which the process has requested an event belongs from then on to the thread that sends it one: that
    thread writes the event and reads the answer itself, as each other thread would cost two wake-ups. What comes on
    other connections, or before the first event is requested, is responded to by the server's threads.

    Args:
        notify: Called from the server's threads after whatever the process has asked of them.
        is_own: Whether a connection, from one address to another, comes from the process; all others are refused.
        respond_to_debugging: Responds to what a process that is debugged asks below `/debugging`, if it can.

    Attributes:
        ready_at: When the process requested its first event, on the monotonic clock.
        init_failure: Why the plugin could not be loaded.
        answer: The answer to the event sent last.
    """

    def __init__(
        self,
        notify: Callable[[], None],
        is_own: Admission,
        respond_to_debugging: Callable[[Request, list[str]], Response | None],
    ) -> None:
        self.ready_at: float | None = None
        self.init_failure: Failure | None = None
        self.answer: Answer | None = None
        self._notify = notify
        self._respond_to_debugging = respond_to_debugging
        self._waiting: deque[Connection] = deque()
        self._busy: list[Connection] = []
        self._event: Event | None = None
        self._lock = threading.Lock()
        self._expected_id: str | None = None
        self._server = Server(self._respond_and_notify, MAX_PAYLOAD_BYTES, is_own, self._takes)

    @property
    def address(self) -> str:
        """Host and port, for `AWS_LAMBDA_RUNTIME_API`."""
        return self._server.address

    @property
    def is_waiting(self) -> bool:
        """Whether the process has requested an event and not got any yet, as far as `serve` has seen."""
        return bool(self._waiting)

    def send(self, event: Event) -> None:
        """Send an event, or have `serve` send it once the process requests one."""
        with self._lock:
            self._expected_id, self.answer = event.request_id, None
        self._event = event
        self._hand_out()

    def register(self, poller: select.poll) -> None:
        """Have `poller` wait for what `serve` is to do."""
        for connection in self._busy:
            poller.register(connection, connection.awaited)

    def serve(self) -> None:
        """Do, without waiting, what the process asks on connections on which it got events."""
        for connection in tuple(self._busy):
            self._serve(connection)
        self._hand_out()

    def close(self) -> None:
        """Close the server and all connections."""
        self._server.close()
        for connection in (*self._busy, *self._waiting):
            connection.close()

    def _serve(self, connection: Connection) -> None:
        try:
            if (request := connection.poll()) is None:
                return
            if not _is_for_next(request):
                connection.respond(self._respond(request))
                return
            self._waiting.append(connection)
        except OSError:
            connection.close()
        self._busy.remove(connection)

    def _hand_out(self) -> None:
        while self._event is not None and self._waiting:
            connection = self._waiting.popleft()
            try:
                connection.respond(_response(self._event))
            except OSError:
                # The process has given it up, and may wait on another.
                connection.close()
            else:
                self._busy.append(connection)
                self._event = None

    def _takes(self, request: Request, connection: Connection) -> bool:
        """Take a connection over on which the process requests an event."""
        if not _is_for_next(request):
            return False
        self._waiting.append(connection)
        if self.ready_at is None:
            self.ready_at = time.monotonic()
        self._notify()
        return True

    def _respond_and_notify(self, request: Request) -> Response:
        response = self._respond(request)
        self._notify()
        return response

    def _respond(self, request: Request) -> Response:
        match request.method, _steps(request):
            case "POST", ["invocation", request_id, "response"]:
                return self._accept(request_id, Answer(time.monotonic(), request.body, request.size))
            case "POST", ["invocation", request_id, "error"]:
                return self._accept(request_id, Answer(time.monotonic(), failure=_failure(request)))
            case "POST", ["init", "error"]:
                self.init_failure = _failure(request)
                return _DONE
            case _, ["debugging", *rest] if (response := self._respond_to_debugging(request, rest)) is not None:
                return response
        return _error(404, "NotFound", f"{request.method} {request.path} is not part of the Runtime API")

    def _accept(self, request_id: str, answer: Answer) -> Response:
        with self._lock:
            if request_id != self._expected_id:
                return _error(400, "InvalidRequestID", f"no answer to {request_id} is expected")
            self._expected_id, self.answer = None, answer
        return _DONE


def _is_for_next(request: Request) -> bool:
    return request.method == "GET" and _steps(request) == ["invocation", "next"]


def _steps(request: Request) -> list[str]:
    return request.path.removeprefix(_ROOT).strip("/").split("/")


def _response(event: Event) -> Response:
    headers = {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": event.request_id,
        "lambda-runtime-deadline-ms": str(event.deadline_ms),
        "lambda-runtime-invoked-function-arn": event.function_arn,
        "lambda-runtime-trace-id": event.trace_id,
    }
    return Response(200, headers, event.payload)


def _error(status_code: int, kind: str, message: str) -> Response:
    return json_response(status_code, {"errorType": kind, "errorMessage": message})


def _failure(request: Request) -> Failure:
    try:
        report: Any = decode(request.body)
    except ValueError:
        report = None
    fields: dict[str, Any] = report if isinstance(report, dict) else {}
    # As Python's client names it, and as Node.js's does.
    frames = fields.get("stackTrace", fields.get("trace"))
    kind = fields.get("errorType") or request.headers.get("lambda-runtime-function-error-type") or "Runtime.Unknown"
    return Failure(
        type=str(kind),
        message=str(fields.get("errorMessage") or ""),
        stack_trace=tuple(map(str, frames)) if isinstance(frames, list) else (),
    )
