"""What the process asks the emulator, which has the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from biot_emulator.sandbox.runtime_client.api import RuntimeApi

__all__ = ["Service"]


class Service:
    """The emulator's side of debugging.

    Args:
        address: Host and port of the Runtime API.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def remaining_ms(self) -> int:
        """Return the milliseconds until the timeout; they do not pass while a debugger is attached."""
        return int(self._ask("GET", "remaining")["milliseconds"])

    def now(self) -> float:
        """Return the seconds since some moment, without those in which a debugger was attached."""
        return float(self._ask("GET", "remaining")["now"])

    def listen(self, host: str, port: int) -> None:
        """Say where debuggers can attach."""
        self._ask("POST", "listening", {"host": host, "port": port})

    @contextmanager
    def prompting(self) -> Iterator[None]:
        """Stop the clock: somebody reads and types."""
        self._ask("POST", "prompt")
        try:
            yield
        finally:
            self._ask("DELETE", "prompt")

    def quit(self) -> None:
        """Have this process ended."""
        self._ask("POST", "quit")

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        # A connection for each: any thread may ask, also while another one waits for the next event.
        connection = RuntimeApi(self._address)
        try:
            content = b"" if document is None else json.dumps(document).encode()
            return json.loads(connection.debug(method, path, content))
        finally:
            connection.close()
