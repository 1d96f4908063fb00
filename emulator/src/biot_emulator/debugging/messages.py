"""The messages of the Debug Adapter Protocol: JSON with a head, as debuggers and what they debug exchange it."""

from __future__ import annotations

import json
import re
from typing import Any

from biot_emulator.errors import EmulatorError

__all__ = ["Message", "NotDebugging", "Stream", "encode_message"]

_HEAD_END = b"\r\n\r\n"
_MAX_HEAD_BYTES = 1024
_MAX_BODY_BYTES = 64 * 1024 * 1024
# Nothing else: the head of an HTTP request, which any page in a browser can send here, has a length as well.
_HEAD = re.compile(rb"Content-Length: ?([0-9]{1,9})")


class NotDebugging(EmulatorError):
    """What was received is no message of the protocol."""


class Message:
    """One message, passed on as the bytes that came.

    Args:
        content: All of it.
        body: Where its JSON begins.
    """

    def __init__(self, content: bytes, body: int) -> None:
        self.content = content
        self._body = body

    def read(self) -> dict[str, Any]:
        """Return what it says; nothing if it is no JSON object."""
        try:
            document = json.loads(self.content[self._body :])
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}


class Stream:
    """Finds the messages in the bytes of a connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that are complete with these bytes.

        Raises:
            NotDebugging: The bytes are something else.
        """
        self._buffer += chunk
        messages = []
        while message := self._take():
            messages.append(message)
        return messages

    def _take(self) -> Message | None:
        end = self._buffer.find(_HEAD_END, 0, _MAX_HEAD_BYTES)
        if end < 0:
            if len(self._buffer) >= _MAX_HEAD_BYTES or not _may_begin(bytes(self._buffer[:15])):
                raise NotDebugging("A connection to the debugger's port does not begin as a debugger does")
            return None
        head = _HEAD.fullmatch(self._buffer[:end])
        if head is None or int(head[1]) > _MAX_BODY_BYTES:
            raise NotDebugging("A connection to the debugger's port sends what no debugger does")
        body = end + len(_HEAD_END)
        size = body + int(head[1])
        if len(self._buffer) < size:
            return None
        message = Message(bytes(self._buffer[:size]), body)
        del self._buffer[:size]
        return message


def encode_message(document: dict[str, Any]) -> bytes:
    """Return the bytes of a message."""
    body = json.dumps(document).encode()
    return b"Content-Length: %d%s%s" % (len(body), _HEAD_END, body)


def _may_begin(start: bytes) -> bool:
    return b"Content-Length:".startswith(start)
