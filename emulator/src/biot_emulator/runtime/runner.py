"""Runs a plugin as Lambda does: a runtime client in a process of its own, with the function's limits kept."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from biot_emulator.errors import InvalidEvent
from biot_emulator.function_url.handler_reply import (
    BAD_GATEWAY,
    MAX_PAYLOAD_BYTES,
    PAYLOAD_TOO_LARGE,
    MalformedReply,
    respond,
)
from biot_emulator.http.response import Response
from biot_emulator.interrupts import uninterrupted
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.sandbox.process import Sandbox
from biot_emulator.sandbox.runtime_api import Answer
from biot_emulator.wire_json import decode, encode

__all__ = ["Runtime"]


class Runtime:
    """One execution environment of a function: one event at a time, on one process for as long as that lives.

    A context manager. The process starts on entering, and loads the plugin while the caller does other things. After a
    timeout, a crash or any other end of the process, the next event gets a new one.

    Args:
        function: What to run.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self._sandbox: Sandbox | None = None
        self._cold = True

    def __enter__(self) -> Self:
        """Start the process.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def start(self) -> Sandbox:
        """Start the process where none is running, without waiting for it.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        return uninterrupted(self._start, undo=lambda _: self._close())

    def close(self) -> None:
        """End the process and everything that it started. The next event would start a new one."""
        uninterrupted(self._close, is_release=True)

    def kill(self) -> None:
        """End the process from another thread: the event that it is handling fails."""
        if (sandbox := self._sandbox) is not None:
            uninterrupted(sandbox.kill, is_release=True)

    def invoke(self, event: Any) -> Invocation:
        """Have the plugin handle one event.

        Args:
            event: What the handler gets: any JSON.

        Raises:
            InvalidEvent: The event is not JSON.
            SandboxUnavailable: The process cannot be started.
        """
        try:
            payload = encode(event)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidEvent(f"The event is not JSON: {error}") from error
        if len(payload) > MAX_PAYLOAD_BYTES:
            return _refused(len(payload))
        return uninterrupted(lambda: self._invoke(payload))

    def _start(self) -> Sandbox:
        if self._sandbox is not None and not self._sandbox.alive and not self._cold:
            self._close()
        if self._sandbox is None:
            self._sandbox, self._cold = Sandbox(self.function), True
        return self._sandbox

    def _close(self) -> None:
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.close()

    def _invoke(self, payload: bytes) -> Invocation:
        sandbox = self._start()
        try:
            return self._run(sandbox, payload)
        except BaseException:
            self._close()
            raise
        finally:
            self._cold = False

    def _run(self, sandbox: Sandbox, payload: bytes) -> Invocation:
        cold, duration_ms = self._cold, 0.0
        found: Answer | InvocationError | None = sandbox.wait_until_ready() if cold else None
        if found is None:
            found, duration_ms = sandbox.handle(payload)
        outcome = _outcome(found)
        lost = isinstance(outcome, InvocationError) and not sandbox.alive
        if lost or (isinstance(outcome, InvocationError) and outcome.phase == "init"):
            self._close()
        reply, response = (None, BAD_GATEWAY) if isinstance(outcome, InvocationError) else outcome
        return Invocation(
            reply=reply,
            response=response,
            error=outcome if isinstance(outcome, InvocationError) else None,
            duration_ms=duration_ms,
            init_ms=sandbox.init_ms if cold else None,
            max_memory_mb=sandbox.max_memory_mb,
            logs=sandbox.logs.take(),
            cold=cold,
        )


def _outcome(found: Answer | InvocationError) -> tuple[Any, Response] | InvocationError:
    """Make the reply and the HTTP response of an answer, or tell why it makes none."""
    if isinstance(found, InvocationError):
        return found
    if found.size > MAX_PAYLOAD_BYTES:
        message = f"Response payload size ({found.size} bytes) exceeded maximum allowed payload size (6 MB)"
        return InvocationError("Function.ResponseSizeTooLarge", message)
    try:
        reply = decode(found.payload)
    except ValueError as error:
        return InvocationError("Runtime.MarshalError", f"The reply is not JSON: {error}")
    try:
        return reply, respond(reply)
    except MalformedReply as error:
        return InvocationError("Function.MalformedReply", str(error))


def _refused(size: int) -> Invocation:
    message = f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes, and the event has {size}"
    error = InvocationError("RequestEntityTooLarge", message)
    return Invocation(None, PAYLOAD_TOO_LARGE, error, 0.0, None, 0, [], cold=False)
