"""No connection leaves a replayed plugin but those to what answers it on this machine.

An audit hook enforces it: it is in the way of everything that goes through Python, and cannot be removed again.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

__all__ = ["ClosedNetwork"]

_SENDING = frozenset(["socket.connect", "socket.sendto", "socket.sendmsg"])
_RESOLVING = frozenset(["socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"])
# What is started could send, and is looked into by nothing.
_STARTING = frozenset(["subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"])
_LOOPBACK = ("127.0.0.1", None, "")
_MAX_TEXT = 200


class ClosedNetwork:
    """Refuses connections, the resolution of names, and the start of programs, from its creation on.

    Args:
        allowed: Host and port of each server that may be connected to, as in `127.0.0.1:8080`.
        report: The file that gets a line for each refusal.
    """

    def __init__(self, allowed: list[str], report: str) -> None:
        self._allowed = frozenset(allowed)
        self._report = os.open(report, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        sys.addaudithook(self._check)

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _SENDING:
            self._check_address(arguments[1])
        elif event in _RESOLVING:
            if _text(arguments[0]) not in _LOOPBACK:
                self._refuse(f"{_text(arguments[0])}{_port(event, arguments)}", ConnectionRefusedError, "replay sends")
        elif event in _STARTING:
            self._refuse(f"program {_program(event, arguments)}", PermissionError, "replay starts")

    def _check_address(self, address: Any) -> None:
        if address is None:  # the socket is connected, which has been checked
            return
        place = f"{_text(address[0])}:{address[1]}" if isinstance(address, tuple) else f"file {_text(address)}"
        if place not in self._allowed:
            self._refuse(place, ConnectionRefusedError, "replay sends")

    def _refuse(self, what: str, error: Any, verb: str) -> None:
        line = "".join(character if character.isprintable() else "?" for character in what[:_MAX_TEXT])
        os.write(self._report, f"{line}\n".encode("utf-8", "replace"))
        number = errno.ECONNREFUSED if error is ConnectionRefusedError else errno.EPERM
        raise error(number, f"{verb} nothing: {line} is refused")


def _port(event: str, arguments: tuple[Any, ...]) -> str:
    return f":{arguments[1]}" if event == "socket.getaddrinfo" and arguments[1] is not None else ""


def _program(event: str, arguments: tuple[Any, ...]) -> str:
    position = 1 if event == "os.spawn" else 0
    name = arguments[position]
    return os.path.basename(str(_text(name)).split(" ")[0])  # noqa: PTH119


def _text(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value:
        value = value[0]
    return os.fsdecode(value) if isinstance(value, (bytes, os.PathLike)) else value
