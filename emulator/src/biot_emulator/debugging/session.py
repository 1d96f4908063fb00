"""One debugger: what it sends and what the plugin's process sends, passed on message by message."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from biot_emulator.debugging.messages import Message, NotDebugging, Stream, encode_message

__all__ = ["Address", "Session"]

Address = tuple[str, int]
"""Host and port."""

_CHUNK_BYTES = 65_536
_FIRST_SECONDS = 10.0
_CONNECT_SECONDS = 10.0
_LEAVE_SECONDS = 5.0
_LAST_SEQ = 1_000_000_000


class Session:
    """A debugger's connection, in a thread of its own.

    Args:
        debugger: The connection.
        serve: What is done with it; it is closed afterwards.

    Attributes:
        is_ending: Whether the debugger has left, and the process is only told so.
    """

    def __init__(self, debugger: socket.socket, serve: Callable[[Session], None]) -> None:
        self._debugger = debugger
        self.is_ending = False
        self._serve = serve
        self._stream = Stream()
        self._waiting: list[Message] = []
        self._restarts = False
        self._is_leaving = False
        self._last_number = 0
        self._answered = threading.Condition()
        self._unanswered: set[int | None] = set()
        self._thread = threading.Thread(target=self._run, name="biot-emulator-debugger-session", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def close(self) -> None:
        """End the connection, from any thread."""
        _shut(self._debugger)

    def settle(self, seconds: float) -> None:
        """Wait until the process has responded to all that the debugger asked it, before it is ended."""
        with self._answered:
            self._answered.wait_for(lambda: not self._unanswered, seconds)

    @property
    def is_open(self) -> bool:
        """Whether the debugger has not left."""
        poller = select.poll()
        poller.register(self._debugger, select.POLLIN)
        try:
            return not poller.poll(0) or bool(self._debugger.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def begin(self) -> bool:
        """Wait for the first message; return whether there is one, as from any debugger."""
        self._debugger.settimeout(_FIRST_SECONDS)
        try:
            while not self._waiting:
                chunk = self._debugger.recv(_CHUNK_BYTES)
                if not chunk:
                    return False
                self._waiting = self._stream.feed(chunk)
        except (OSError, NotDebugging):
            return False
        self._debugger.settimeout(None)
        return True

    def refuse(self, reason: str) -> None:
        """Respond to the first message that nothing can be debugged."""
        request = self._waiting[0].read()
        refusal = {
            "seq": 1,
            "type": "response",
            "request_seq": request.get("seq", 1),
            "command": request.get("command", "initialize"),
            "success": False,
            "message": reason,
            "body": {"error": {"id": 1, "format": reason, "showUser": True}},
        }
        with suppress(OSError):
            self._debugger.sendall(encode_message(refusal))

    def connect(self, process: Address) -> bool:
        """Pass messages on in both directions until one side leaves; return whether there was anybody to connect to.

        Args:
            process: Where the plugin's process listens.
        """
        try:
            connection = socket.create_connection(process, _CONNECT_SECONDS)
        except OSError:
            return False
        connection.settimeout(None)
        answering = threading.Thread(target=self._answer, args=(connection,), name="biot-emulator-debugger-answers")
        answering.start()
        try:
            self._ask(connection)
            self.is_ending = True
            self._leave(connection)
            answering.join(_LEAVE_SECONDS)
        finally:
            _shut(connection)
            answering.join()
            connection.close()
        return True

    def _leave(self, process: socket.socket) -> None:
        """Have the process go on where the debugger has left without a word: the next one would find it busy."""
        if not self._is_leaving:
            arguments = {"terminateDebuggee": False}
            request = {"seq": _LAST_SEQ, "type": "request", "command": "disconnect", "arguments": arguments}
            with suppress(OSError):
                process.sendall(encode_message(request))

    def _run(self) -> None:
        try:
            self._serve(self)
        finally:
            self._debugger.close()

    def _ask(self, process: socket.socket) -> None:
        """Pass on what the debugger sends."""
        with suppress(OSError, NotDebugging):
            messages = self._waiting
            while True:
                for message in messages:
                    self._note_request(message)
                    process.sendall(message.content)
                if not (chunk := self._debugger.recv(_CHUNK_BYTES)):
                    return
                messages = self._stream.feed(chunk)

    def _answer(self, process: socket.socket) -> None:
        """Pass on what the process sends."""
        stream = Stream()
        with suppress(OSError, NotDebugging):
            while chunk := process.recv(_CHUNK_BYTES):
                for message in stream.feed(chunk):
                    # Also if it has left: the process has more to say, and is to say it all.
                    with suppress(OSError):
                        self._debugger.sendall(message.content)
                    self._note_answer(message)
        with self._answered:
            self._unanswered.clear()
            self._answered.notify_all()
        if not self._is_leaving:
            self._say_end()
        _shut(self._debugger)

    def _note_request(self, message: Message) -> None:
        request = message.read()
        command, arguments = request.get("command"), request.get("arguments")
        with self._answered:
            self._unanswered.add(_number(request, "seq"))
        if command == "disconnect":
            self._is_leaving = True
        elif command == "attach" and isinstance(arguments, dict):
            self._restarts = arguments.get("restart") is True

    def _note_answer(self, message: Message) -> None:
        answer = message.read()
        with self._answered:
            self._unanswered.discard(_number(answer, "request_seq"))
            self._answered.notify_all()
        if (number := _number(answer, "seq")) is not None:
            self._last_number = number
        if answer.get("event") == "terminated":
            self._is_leaving = True

    def _say_end(self) -> None:
        """Say that the process has ended, which it cannot itself: the debugger may attach to the next one."""
        body = {"restart": True} if self._restarts else {}
        event = {"seq": self._last_number + 1, "type": "event", "event": "terminated", "body": body}
        with suppress(OSError):
            self._debugger.sendall(encode_message(event))


def _number(message: dict[str, Any], name: str) -> int | None:
    number = message.get(name)
    return number if isinstance(number, int) else None


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
