"""One process that runs a plugin, from its start to its end, within the function's time and memory."""

from __future__ import annotations

import select
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.interrupts import interruptible, raise_if_interrupted
from biot_emulator.lambda_function import failures
from biot_emulator.lambda_function.arn import function_arn
from biot_emulator.lambda_function.configuration import Function
from biot_emulator.lambda_function.invocation import InvocationError, Phase
from biot_emulator.lambda_function.limits import INIT_SECONDS
from biot_emulator.sandbox.control_group import ControlGroup
from biot_emulator.sandbox.debug_service import DebugService
from biot_emulator.sandbox.file_access import file_access
from biot_emulator.sandbox.keeper.orders import Orders
from biot_emulator.sandbox.launch_command import KEEPER_COMMAND, prepare_launch
from biot_emulator.sandbox.launchers.interface import Launch
from biot_emulator.sandbox.lifeline import Lifeline
from biot_emulator.sandbox.log_pipe import LogPipe
from biot_emulator.sandbox.process_group import ProcessGroup
from biot_emulator.sandbox.runtime_api import Answer, Event, Failure, RuntimeApi

__all__ = ["Sandbox"]

_POLL_SECONDS = 0.005
_SETTLE_SECONDS = 1.0
_WAKE_BYTES = 4096
_MEGABYTE = 1024 * 1024

_T = TypeVar("_T")


class _Limit(NamedTuple):
    phase: Phase
    seconds: float
    deadline: float


class Sandbox:
    """A process that runs a function's code, and everything that belongs to it.

    The process starts at once and loads the plugin in the background. Not thread-safe, except for `kill`.

    Args:
        function: The function to run.

    Raises:
        SandboxUnavailable: The process cannot be started.
    """

    def __init__(self, function: Function) -> None:
        self._function = function
        launch = prepare_launch(function)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self.logs = LogPipe()
        self._debug = DebugService(function.debugging)
        self._max_bytes = (
            function.memory_mb + (function.debugging.extra_memory_mb if function.debugging else 0)
        ) * _MEGABYTE
        self._api = RuntimeApi(self._wake, self._is_own, self._debug.respond)
        self._lifeline = Lifeline()
        self._processes: ProcessGroup | None = None
        try:
            self._start(launch)
        except BaseException:
            self.close()
            raise

    def _start(self, launch: Launch) -> None:
        lifeline = self._lifeline.far_end
        self._started_at = time.monotonic()
        self._debug.begin()
        self._ready_until = self._debug.clock.now() + INIT_SECONDS
        control_group = ControlGroup.create()
        try:
            orders = self._orders(launch, control_group)
            keeper = subprocess.Popen(  # noqa: S603
                [*KEEPER_COMMAND, str(lifeline)],
                cwd=self._function.root,
                # None of the plugin's: with some of them, such as LD_PRELOAD, it would run its code in the keeper.
                env={},
                stdin=subprocess.DEVNULL,
                stdout=self.logs.writer,
                stderr=self.logs.writer,
                start_new_session=True,
                pass_fds=(lifeline, *self._terminal()),
            )
        except (OSError, ValueError) as error:
            if control_group:
                control_group.remove()
            raise SandboxUnavailable(
                f"{launch.command[0]} cannot be started in {self._function.root}: {error}"
            ) from error
        mark = ("AWS_LAMBDA_RUNTIME_API", self._api.address)
        self._processes = ProcessGroup(keeper, self._lifeline, control_group, mark)
        # Only now, so that the plugin's process is known before it can do anything.
        self._lifeline.hand_over(orders)
        self.logs.close_writer()

    def _orders(self, launch: Launch, control_group: ControlGroup | None) -> bytes:
        return Orders(
            launch.command,
            launch.environment(self._api.address),
            launch.folder,
            launch.root,
            str(self._function.temporary or "") if launch.root else "",
            *file_access(self._function),
            str(control_group.folder) if control_group else "",
            self._max_bytes,
        ).encode()

    def _terminal(self) -> tuple[int, ...]:
        debugging = self._function.debugging
        return () if debugging is None or debugging.terminal is None else (debugging.terminal,)

    def _is_own(self, client: tuple[str, int], server: tuple[str, int]) -> bool:
        return self._processes is not None and self._processes.owns_connection(client, server)

    @property
    def alive(self) -> bool:
        """Whether the process can still handle events."""
        return self._processes is not None and self._processes.exit_code() is None

    @property
    def init_ms(self) -> float | None:
        """Milliseconds from the start until the plugin was loaded."""
        return None if self._api.ready_at is None else (self._api.ready_at - self._started_at) * 1000

    @property
    def max_memory_mb(self) -> int:
        """Peak memory of the processes so far, in megabytes, rounded up."""
        return 0 if self._processes is None else _megabytes(self._processes.peak)

    def wait_until_ready(self) -> InvocationError | None:
        """Wait until the plugin is loaded; return the error if that fails."""
        limit = _Limit("init", INIT_SECONDS, self._ready_until)
        outcome = self._watch(limit, lambda: self._api.init_failure or self._api.ready_at)
        return outcome if isinstance(outcome, InvocationError) else _as_error(outcome, "init")

    def settle(self) -> None:
        """Wait until the process has done with the last event: it requests another one, or has ended.

        As on Lambda, where the event after one that ended the process is for another process.
        """
        self._api.serve()
        if not self._api.is_waiting:
            self._wait_for_request()

    def handle(self, payload: bytes) -> tuple[Answer | InvocationError, float]:
        """Send one event and wait for the outcome.

        Returns:
            The answer, or the error if there is none; and the duration in milliseconds.
        """
        timeout = self._function.timeout
        sent_at = time.monotonic()
        self._api.send(Event.new(payload, timeout, function_arn(self._function)))
        limit = _Limit("invoke", timeout, self._debug.clock.now() + timeout)
        outcome = self._watch(limit, lambda: self._api.answer)
        received_at = outcome.received_at if isinstance(outcome, Answer) else time.monotonic()
        error = _as_error(outcome.failure, "invoke") if isinstance(outcome, Answer) else None
        return error or outcome, (received_at - sent_at) * 1000

    def kill(self) -> None:
        """End the process and everything it started. May be called from any thread."""
        if self._processes is not None:
            self._processes.kill()

    def close(self) -> None:
        """End the process and everything it started, and release all resources."""
        if self.alive:
            self._debug.settle()
        if self._processes is not None:
            self._processes.kill()
        self._debug.close()
        self._api.close()
        self.logs.drain()
        self.logs.close()
        self._lifeline.cut()
        self._wake_reader.close()
        self._wake_writer.close()

    def _watch(self, limit: _Limit, outcome: Callable[[], _T | None]) -> _T | InvocationError:
        """Wait for an outcome and enforce the limits: a process that exceeds one is killed."""
        self._debug.deadline = limit.deadline
        with interruptible(self._wake):
            return self._poll(limit, outcome)

    def _poll(self, limit: _Limit, outcome: Callable[[], _T | None]) -> _T | InvocationError:
        processes = self._running()
        while True:
            raise_if_interrupted()
            remaining = limit.deadline - self._debug.clock.now()
            if outcome() is None:
                self._wait(max(0.0, min(_POLL_SECONDS, remaining)))
            if (used := processes.memory()) > self._max_bytes:
                return self._killed(failures.out_of_memory(self._function.memory_mb, used, limit.phase))
            if (result := outcome()) is not None:
                return result
            if (exit_code := processes.exit_code()) is not None:
                # It answers before it ends.
                self._api.serve()
                return outcome() or self._killed(failures.exited(exit_code, limit.phase))
            if (failure := self._debug.failure()) is not None:
                return self._killed(failure._replace(phase=limit.phase))
            if remaining <= 0:
                return self._killed(failures.timed_out(limit.seconds, limit.phase))

    def _wait_for_request(self) -> None:
        until = time.monotonic() + _SETTLE_SECONDS
        with interruptible(self._wake):
            while not self._api.is_waiting and self.alive and time.monotonic() < until:
                raise_if_interrupted()
                self._wait(_POLL_SECONDS)

    def _wake(self) -> None:
        # Where there is no room, it is to wake up anyway.
        with suppress(BlockingIOError):
            self._wake_writer.send(b"\0")

    def _running(self) -> ProcessGroup:
        if self._processes is None:
            raise SandboxUnavailable("The sandbox is closed")
        return self._processes

    def _killed(self, error: InvocationError) -> InvocationError:
        self._running().kill()
        return error

    def _wait(self, seconds: float) -> None:
        """Sleep until there is output, a call to the Runtime API, or an interrupt."""
        poller = select.poll()
        poller.register(self._wake_reader, select.POLLIN)
        if not self.logs.ended:
            poller.register(self.logs, select.POLLIN)
        self._api.register(poller)
        ready = [descriptor for descriptor, _ in poller.poll(seconds * 1000)]
        if self._wake_reader.fileno() in ready:
            self._wake_reader.recv(_WAKE_BYTES)
        if self.logs.fileno() in ready:
            self.logs.drain()
        # Also if nothing has come now: of what came together before, some may be left.
        self._api.serve()


def _megabytes(size: int) -> int:
    return -(-size // _MEGABYTE)


def _as_error(failure: object, phase: Phase) -> InvocationError | None:
    if not isinstance(failure, Failure):
        return None
    return InvocationError(failure.type, failure.message, phase, failure.stack_trace)
