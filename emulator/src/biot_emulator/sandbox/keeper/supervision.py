"""The program: start a plugin's process, wait for its end or the emulator's, and end everything that it started.

It is a part of every cold start, so it imports next to nothing: `signal`, `socket`, `typing` and `contextlib` alone
would take longer than all that it does.
"""

from __future__ import annotations

import os
import select
import sys

from biot_emulator.sandbox.keeper.orders import SIZE_BYTES, SWEPT, Orders
from biot_emulator.sandbox.keeper.process_tree import descendants, memory

if sys.platform == "linux":
    from biot_emulator.sandbox.keeper import isolation, system_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from typing import NoReturn
else:
    # What `signal` makes enumerations of.
    import _signal as signal

__all__ = ["CANNOT_ISOLATE", "CANNOT_START", "main"]

_LINUX = sys.platform == "linux"
_UMASK = 0o022
CANNOT_ISOLATE, CANNOT_START = 126, 127
"""Its exit codes where it starts nothing: no isolation that is good enough, or no program."""
_MEMORY_SECONDS = 0.25
_MAX_EXCESSES = 4
_MAPS, _FAILED = b"m", b"f"
# It ends when everything else has; a plugin has the right to signal it. Python itself ignores the last two.
_IGNORED = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGTERM,
    signal.SIGPIPE,
    signal.SIGXFSZ,
)


def main() -> NoReturn:
    """Follow the orders that come through the lifeline, whose descriptor is the program's argument."""
    lifeline = int(sys.argv[-1])
    os.set_inheritable(lifeline, False)
    orders = Orders.decode(_receive(lifeline, int.from_bytes(_receive(lifeline, SIZE_BYTES), "big")))
    if _LINUX:
        system_calls.become_subreaper()
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    pid = _start(orders)
    # By this process, and now: it takes the kernel some time, in which the plugin's can load.
    _write(f"{orders.control_group}/cgroup.procs", str(pid))
    status = _wait(pid, lifeline, woken, orders.max_memory)
    _sweep(pid, orders.control_group)
    if _LINUX:
        _send(lifeline, SWEPT)
    _end_as(status)


def _receive(lifeline: int, size: int) -> bytes:
    content = b""
    while len(content) < size:
        chunk = os.read(lifeline, size - len(content))
        if not chunk:
            os._exit(0)
        content += chunk
    return content


def _send(descriptor: int, message: bytes) -> None:
    try:
        os.write(descriptor, message)
    except OSError:
        # Nobody waits for it any more.
        return


def _start(orders: Orders) -> int:
    """Start the plugin's process, isolated as well as the system allows it."""
    for level in isolation.LEVELS if _LINUX else ("nothing",):
        child = _Child(orders, level)
        if child.is_running():
            return child.pid
    # Every process can be started without isolation, but for those that need another root.
    _send(2, b"No process can have another root here\n")
    os._exit(CANNOT_ISOLATE)


class _Child:
    """A process that becomes the plugin's, and asks this one for what it cannot do itself until then."""

    def __init__(self, orders: Orders, level: str) -> None:
        self._orders = orders
        self._level = level
        self._keeper = os.getpid()
        self._requests, self._request_end = os.pipe()
        self._response_end, self._responses = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._become_plugin()
        os.close(self._request_end)
        os.close(self._response_end)

    def is_running(self) -> bool:
        """Help it with its isolation; return whether it got so far as to run the plugin."""
        while request := os.read(self._requests, 1):
            if request == _FAILED:
                os.waitpid(self.pid, 0)
                break
            _write_maps(self.pid)
            _send(self._responses, _MAPS)
        os.close(self._requests)
        os.close(self._responses)
        return not request

    def _become_plugin(self) -> NoReturn:
        command = self._orders.command
        try:
            if self._prepare():
                os.execvpe(command[0], command, self._orders.environment)  # noqa: S606
            else:
                _send(self._request_end, _FAILED)
        except OSError as error:
            _send(2, f"{command[0]} cannot be started: {error.strerror}\n".encode(errors="replace"))
        finally:
            # Whatever happens, this process does not go on as a second keeper.
            os._exit(CANNOT_START)

    def _prepare(self) -> bool:
        """Make this process one that can become the plugin's; return whether it could be isolated."""
        # A group of its own, so that a signal that the plugin sends to its group does not reach the keeper.
        os.setsid()
        _reset_signals()
        os.umask(_UMASK)
        if not _LINUX:
            return True
        try:
            isolation.isolate(self._level, self._orders, self._ask_for_maps)
        except OSError:
            return False
        # After the change of privileges, which would undo it.
        system_calls.end_with_parent(signal.SIGKILL)
        return os.getppid() == self._keeper

    def _ask_for_maps(self) -> None:
        _send(self._request_end, _MAPS)
        os.close(self._responses)
        os.read(self._response_end, 1)


def _write_maps(pid: int) -> None:
    for name, content in isolation.identity_maps().items():
        _write(f"/proc/{pid}/{name}", content)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (*_IGNORED, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def _wait(pid: int, lifeline: int, woken: int, max_memory: int) -> int | None:
    """Wait for the end of the plugin's process; return its status, or None if the emulator does not need it any more.

    Processes that lost their parents are reaped meanwhile. The emulator watches the memory while there is an event, and
    says what is wrong; this is for the time between events.
    """
    excesses = 0
    while excesses < _MAX_EXCESSES:
        ready, _, _ = select.select([lifeline, woken], [], [], _MEMORY_SECONDS)
        if woken in ready:
            os.read(woken, 4096)
            for ended, status in _reap():
                if ended == pid:
                    return status
        if lifeline in ready:
            return None
        if not ready:
            excesses = excesses + 1 if memory(os.getpid()) > max_memory else 0
    return signal.SIGKILL


def _reap() -> list[tuple[int, int]]:
    reaped: list[tuple[int, int]] = []
    try:
        while (child := os.waitpid(-1, os.WNOHANG))[0]:
            reaped.append(child)
    except ChildProcessError:
        return reaped
    return reaped


def _sweep(pid: int, control_group: str) -> None:
    """Kill every descendant, again and again until there is none: killing one makes its children ours."""
    while True:
        _write(f"{control_group}/cgroup.kill", "1")
        _kill(os.killpg, pid)
        for descendant in descendants(os.getpid()) or ():
            _kill(os.kill, descendant)
        _reap()
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    try:
        os.rmdir(control_group)  # noqa: PTH106
    except OSError:
        return


def _kill(kill: Callable[[int, int], None], pid: int) -> None:
    try:
        kill(pid, signal.SIGKILL)
    except OSError:
        # It has ended.
        return


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(text)
    except OSError:
        # There is no such file where the system has no such function, or this process may not use it.
        return


def _end_as(status: int | None) -> NoReturn:
    """End as the plugin's process did."""
    if status is None:
        os._exit(0)
    if os.WIFSIGNALED(status):
        _kill_self(os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


def _kill_self(number: int) -> None:
    # The plugin's process has dumped its memory, if that is asked for; this one need not.
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
