"""Serves a platform at an address, in a thread of its own until it is closed."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import uvicorn

from biot_emulator.platform import Platform
from biot_emulator.server.application import application
from biot_emulator.server.listening import LOOPBACK, AddressUnavailable, listen, server_settings, url_of
from biot_emulator.server.malformed_requests import protocol

__all__ = ["LOOPBACK", "AddressUnavailable", "Server"]

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_POLL_SECONDS = 0.002
#: How long running calls may take to finish; then the plugins that they wait for are ended.
_GRACE_SECONDS = 2.0


class Server:
    """Serves a platform from its creation until it is closed; a context manager.

    Args:
        platform: The platform. It is closed with the server, or when the address is unavailable.
        host: The address to listen on.
        port: The port; 0 takes a free one.

    Raises:
        AddressUnavailable: The server cannot listen at the address.
    """

    def __init__(self, platform: Platform, host: str = "127.0.0.1", port: int = 0) -> None:
        self.platform = platform
        try:
            self._socket = listen(host, port)
        except BaseException:
            platform.close()
            raise
        self._host = host
        self.port: int = self._socket.getsockname()[1]
        # Plugins call the platform on this machine, where a wildcard is no address.
        platform.locate(url_of(_WILDCARDS.get(host, host), self.port))
        self._uvicorn = uvicorn.Server(server_settings(application(platform), protocol(platform)))
        self._thread = threading.Thread(target=self._run, name="biot-emulator-server", daemon=True)
        self._thread.start()
        while not self._uvicorn.started and self._thread.is_alive():
            time.sleep(_POLL_SECONDS)

    def __enter__(self) -> Self:
        """Return the running server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.close()

    @property
    def url(self) -> str:
        """The URL that it listens at."""
        return url_of(self._host, self.port)

    def close(self) -> None:
        """Stop serving: finish the calls that finish soon, end every plugin, and close the platform."""
        self._uvicorn.should_exit = True
        self._thread.join(_GRACE_SECONDS)
        self.platform.stop()
        self._thread.join(_GRACE_SECONDS)
        for connection in list(self._uvicorn.server_state.connections):
            # Whoever has not read the response by now will not read it.
            connection.loop.call_soon_threadsafe(connection.transport.abort)
        self._thread.join()
        _join_helpers()
        self._socket.close()
        self.platform.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])


def _join_helpers() -> None:
    """Wait for the threads in which calls were handled: they end with their loop, but nobody else waits for them."""
    for thread in threading.enumerate():
        loop = getattr(thread, "loop", None)
        if loop is not None and loop.is_closed():
            thread.join()
