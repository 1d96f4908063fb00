"""Runs a plugin as Lambda does: in a process of its own, within the function's limits, restarted when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from biot_emulator.closing import Closing
from biot_emulator.errors import InvalidEvent
from biot_emulator.function_url.response_from_reply import BAD_GATEWAY
from biot_emulator.interrupts import uninterrupted
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES
from biot_emulator.runtime.results import refused_as_too_large, reply_and_response
from biot_emulator.sandbox.plugin_process import Sandbox
from biot_emulator.sandbox.runtime_api import Answer
from biot_emulator.wire_json import encode

__all__ = ["Runtime"]


class Runtime(Closing):
    """One execution environment of a function: one event at a time, in one process for as long as that lives.

    A context manager. The process starts on entering, and loads the plugin in the background. After a timeout, a crash
    or any other end of the process, the next event starts a new one. An interrupt leaves no process behind.

    Args:
        function: The function to run.
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

    def start(self, prepare: Callable[[], object] | None = None) -> Sandbox:
        """Start the process if none is running, without waiting until it is ready.

        Args:
            prepare: Called right before it is started.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        return uninterrupted(lambda: self._start(prepare), undo=lambda _: self._close())

    def close(self) -> None:
        """End the process and everything that it started; the next event starts a new one."""
        uninterrupted(self._close, is_release=True)

    def kill(self) -> None:
        """End the process from another thread: the event that it is handling fails."""
        if (sandbox := self._sandbox) is not None:
            uninterrupted(sandbox.kill, is_release=True)

    def invoke(self, event: Any, *, prepare: Callable[[], object] | None = None) -> Invocation:
        """Invoke the handler with one event.

        Args:
            event: Any JSON value.
            prepare: Called right before a process is started, if none is running.

        Raises:
            InvalidEvent: The event is not JSON.
            SandboxUnavailable: The process cannot be started.
        """
        try:
            payload = encode(event)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidEvent(f"The event is not JSON: {error}") from error
        if len(payload) > MAX_PAYLOAD_BYTES:
            return refused_as_too_large(len(payload))
        return uninterrupted(lambda: self._invoke(payload, prepare))

    def _start(self, prepare: Callable[[], object] | None = None) -> Sandbox:
        if self._sandbox is not None and not self._cold:
            self._sandbox.settle()
            if not self._sandbox.alive:
                self._close()
        if self._sandbox is None:
            if prepare:
                prepare()
            self._sandbox, self._cold = Sandbox(self.function), True
        return self._sandbox

    def _close(self) -> None:
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.close()

    def _invoke(self, payload: bytes, prepare: Callable[[], object] | None) -> Invocation:
        sandbox = self._start(prepare)
        try:
            return self._run(sandbox, payload)
        except BaseException:
            self._close()
            raise
        finally:
            self._cold = False

    def _run(self, sandbox: Sandbox, payload: bytes) -> Invocation:
        cold, duration_ms = self._cold, 0.0
        result: Answer | InvocationError | None = sandbox.wait_until_ready() if cold else None
        if result is None:
            result, duration_ms = sandbox.handle(payload)
        outcome = result if isinstance(result, InvocationError) else reply_and_response(result)
        error = outcome if isinstance(outcome, InvocationError) else None
        reply, response = (None, BAD_GATEWAY) if isinstance(outcome, InvocationError) else outcome
        if error is not None and (error.phase == "init" or not sandbox.alive):
            self._close()
        return Invocation(
            reply=reply,
            response=response,
            error=error,
            duration_ms=duration_ms,
            init_ms=sandbox.init_ms if cold else None,
            max_memory_mb=sandbox.max_memory_mb,
            logs=sandbox.logs.take(),
            cold=cold,
        )
