"""One process that runs a plugin, from its start to its end: Lambda's execution environment."""

from __future__ import annotations

import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.interrupts import interruptible, raise_if_interrupted
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.environment import function_arn, lambda_environment
from biot_emulator.lambda_function.invocation import InvocationError, Phase
from biot_emulator.sandbox.launch_command import launch_command
from biot_emulator.sandbox.lifeline import Lifeline
from biot_emulator.sandbox.output import LogPipe
from biot_emulator.sandbox.process_group import ProcessGroup
from biot_emulator.sandbox.runtime_api import Answer, Event, Failure, RuntimeApi

__all__ = ["INIT_SECONDS", "Sandbox"]

INIT_SECONDS = 10.0
"""How long loading a plugin may take, as in Lambda."""

_POLL_SECONDS = 0.005
_MEGABYTE = 1024 * 1024

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Limit:
    phase: Phase
    seconds: float
    until: float


class Sandbox:
    """A process that runs a function's code, and everything that belongs to it.

    The process starts at once and loads the plugin while the caller does other things. Not for several threads.

    Args:
        function: What to run.

    Raises:
        SandboxUnavailable: The process cannot be started.
    """

    def __init__(self, function: Function) -> None:
        self._function = function
        command, version = launch_command(function)
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell, selectors.EVENT_READ)
        self.logs = LogPipe()
        self._api = RuntimeApi(self._ring)
        self._lifeline = Lifeline()
        self._processes: ProcessGroup | None = None
        try:
            self._start(command, version)
        except BaseException:
            self.close()
            raise

    def _start(self, command: list[str], version: str) -> None:
        lifeline = self._lifeline.far_end
        self._started_at = time.monotonic()
        try:
            process = subprocess.Popen(  # noqa: S603
                [*command, str(lifeline)],
                cwd=self._function.root,
                env=lambda_environment(self._function, self._api.address, version),
                stdin=subprocess.DEVNULL,
                stdout=self.logs.writer,
                stderr=self.logs.writer,
                start_new_session=True,
                pass_fds=(lifeline,),
            )
        except (OSError, ValueError) as error:
            raise SandboxUnavailable(
                f"{self._function.python} cannot be started in {self._function.root}: {error}"
            ) from error
        self._processes = ProcessGroup(process, ("AWS_LAMBDA_RUNTIME_API", self._api.address))
        self._lifeline.hand_over()
        self.logs.close_writer()
        self._selector.register(self.logs, selectors.EVENT_READ)

    @property
    def alive(self) -> bool:
        """Whether the process can still take events."""
        return self._processes is not None and self._processes.exit_code() is None

    @property
    def init_ms(self) -> float | None:
        """Milliseconds from the start until the plugin was loaded."""
        return None if self._api.ready_at is None else (self._api.ready_at - self._started_at) * 1000

    @property
    def max_memory_mb(self) -> int:
        """The most megabytes that the processes have used so far, rounded up."""
        return 0 if self._processes is None else _megabytes(self._processes.peak)

    def wait_until_ready(self) -> InvocationError | None:
        """Wait until the plugin is loaded; tell why it is not."""
        limit = _Limit("init", INIT_SECONDS, self._started_at + INIT_SECONDS)
        found = self._watch(limit, lambda: self._api.init_failure or self._api.ready_at)
        return found if isinstance(found, InvocationError) else _as_error(found, "init")

    def handle(self, payload: bytes) -> tuple[Answer | InvocationError, float]:
        """Send one event and wait for what comes of it.

        Returns:
            The answer, or why there is none; and the milliseconds that it took.
        """
        timeout = self._function.timeout
        sent_at = time.monotonic()
        self._api.send(Event.new(payload, timeout, function_arn(self._function)))
        found = self._watch(_Limit("invoke", timeout, sent_at + timeout), lambda: self._api.answer)
        duration_ms = ((found.at if isinstance(found, Answer) else time.monotonic()) - sent_at) * 1000
        error = _as_error(found.failure, "invoke") if isinstance(found, Answer) else None
        return error or found, duration_ms

    def kill(self) -> None:
        """End the process and everything it started. The only part that another thread may use."""
        if self._processes is not None:
            self._processes.kill()

    def close(self) -> None:
        """End the process and everything it started, and free what belongs to it."""
        if self._processes is not None:
            self._processes.kill()
        self._api.close()
        self.logs.drain()
        self._selector.close()
        self.logs.close()
        self._lifeline.cut()
        self._bell.close()
        self._ringer.close()

    def _watch(self, limit: _Limit, outcome: Callable[[], _T | None]) -> _T | InvocationError:
        """Wait for an outcome while the limits are kept; a process that breaks one is killed."""
        with interruptible(self._ring):
            return self._poll(limit, outcome)

    def _poll(self, limit: _Limit, outcome: Callable[[], _T | None]) -> _T | InvocationError:
        processes = self._running()
        while True:
            raise_if_interrupted()
            used = processes.memory()
            # Asked before the outcome: what a process leaves behind, it has left before it ends.
            exit_code = processes.exit_code()
            if used > self._function.memory_mb * _MEGABYTE:
                message = f"Memory limit of {self._function.memory_mb} MB exceeded: {_megabytes(used)} MB used"
                return self._ended(message, "Runtime.OutOfMemory", limit)
            if (found := outcome()) is not None:
                return found
            if exit_code is not None:
                return self._ended(_exit_message(exit_code), "Runtime.ExitError", limit)
            remaining = limit.until - time.monotonic()
            if remaining <= 0:
                task = "Task" if limit.phase == "invoke" else "Init"
                return self._ended(f"{task} timed out after {limit.seconds:.2f} seconds", "Sandbox.Timedout", limit)
            self._wait(min(_POLL_SECONDS, remaining))

    def _ring(self) -> None:
        self._ringer.send(b"!")

    def _running(self) -> ProcessGroup:
        if self._processes is None:
            raise SandboxUnavailable("The sandbox is closed")
        return self._processes

    def _ended(self, message: str, kind: str, limit: _Limit) -> InvocationError:
        self._running().kill()
        return InvocationError(kind, message, limit.phase)

    def _wait(self, seconds: float) -> None:
        """Sleep until something happens: a line of output, or a call to the Runtime API."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._bell:
                self._bell.recv(64)
            else:
                self.logs.drain()
                if self.logs.ended:
                    self._selector.unregister(self.logs)


def _megabytes(size: int) -> int:
    return -(-size // _MEGABYTE)


def _exit_message(exit_code: int) -> str:
    if exit_code == 0:
        return "Runtime exited without providing a reason"
    if exit_code > 0:
        return f"Runtime exited with error: exit status {exit_code}"
    # macOS adds the number to the name.
    described = (signal.strsignal(-exit_code) or f"signal {-exit_code}").partition(":")[0].lower()
    return f"Runtime exited with error: signal: {described}"


def _as_error(failure: object, phase: Phase) -> InvocationError | None:
    if not isinstance(failure, Failure):
        return None
    return InvocationError(failure.type, failure.message, phase, failure.stack_trace)
