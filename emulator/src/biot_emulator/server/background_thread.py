"""Serves a platform at an address, in a thread of its own until it is closed."""

from __future__ import annotations

import os
import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn

from biot_emulator.errors import EmulatorError
from biot_emulator.platform import Platform
from biot_emulator.server.application import application
from biot_emulator.server.malformed_requests import protocol

__all__ = ["LOOPBACK", "AddressUnavailable", "Server"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""The hosts that only this machine can reach."""

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_BACKLOG = 512
_POLL_SECONDS = 0.002
#: How long running calls may take to finish; then the plugins that they wait for are ended.
_GRACE_SECONDS = 2.0


class AddressUnavailable(EmulatorError):
    """The server cannot listen at an address."""


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
            self._socket = _listen(host, port)
        except BaseException:
            platform.close()
            raise
        self._host = host
        self.port: int = self._socket.getsockname()[1]
        # Plugins call the platform on this machine, where a wildcard is no address.
        platform.locate(_url(_WILDCARDS.get(host, host), self.port))
        self._uvicorn = uvicorn.Server(_config(platform))
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
        return _url(self._host, self.port)

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


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if isinstance(error.errno, int) and error.errno > 0 else error
        raise AddressUnavailable(
            f"Cannot listen on {_url(host, port)} ({reason}): choose another --port, or --port 0 for a free one"
        ) from error
    # asyncio does it only for sockets that name their protocol. Without it each response but the first one on a
    # connection waits 40 ms for the caller's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _config(platform: Platform) -> uvicorn.Config:
    return uvicorn.Config(
        application(platform),
        http=protocol(platform),
        # The log would hold addresses and paths with ids of patients.
        access_log=False,
        log_config=None,
        log_level="error",
        lifespan="off",
        ws="none",
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=None,
    )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
