"""Listens at an address, and serves it as an ASGI application."""

from __future__ import annotations

import errno
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from biot_emulator.errors import EmulatorError

__all__ = ["LOOPBACK", "AddressUnavailable", "listen", "server_settings", "url_of"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""The hosts that only this machine can reach."""

_BACKLOG = 512
_PORT_ERRORS = (errno.EADDRINUSE, errno.EACCES, errno.EPERM)


class AddressUnavailable(EmulatorError):
    """The server cannot listen at an address."""


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address.

    Args:
        host: The address.
        port: The port; 0 takes a free one.

    Raises:
        AddressUnavailable: The port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        # Without the address, which the standard library adds.
        reason = str(error.strerror or error).partition(" (while ")[0]
        raise AddressUnavailable(f"Cannot listen on {url_of(host, port)} ({reason}): {_advice(error)}") from error
    # asyncio does it only for sockets that name their protocol. Without it each response but the first one on a
    # connection waits 40 ms for the caller's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def server_settings(application: ASGIApp, protocol: Any, **others: Any) -> uvicorn.Config:
    """Return the settings of a server that logs nothing, and adds nothing to responses.

    Args:
        application: What is served.
        protocol: The server's side of a connection.
        **others: More settings of uvicorn.
    """
    return uvicorn.Config(
        application,
        http=protocol,
        # The log would hold addresses and paths with ids of patients.
        access_log=False,
        log_config=None,
        log_level="error",
        # A function URL says who called it, not who a header says it was.
        proxy_headers=False,
        lifespan="off",
        ws="none",
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=None,
        **others,
    )


def _advice(error: OSError) -> str:
    if error.errno in _PORT_ERRORS:
        return "choose another --port, or --port 0 for a free one"
    return "choose a --host of this machine, such as 127.0.0.1"


def url_of(host: str, port: int) -> str:
    """Return the URL of an address."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
