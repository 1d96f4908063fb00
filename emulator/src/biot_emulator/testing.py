"""A running emulator for tests, to call as its administrator or as any user."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from biot_emulator.client import Client
from biot_emulator.platform import Platform

__all__ = ["Emulator", "running"]

_ADMIN = "admin@localhost"


class Emulator(Client):
    """A client that calls as the administrator, and what only the emulator's owner has.

    Args:
        url: Where the platform is.
        token: The administrator's token.
        platform: The platform itself, with its clock and keys.
    """

    def __init__(self, url: str, token: str | None, platform: Platform) -> None:
        super().__init__(url, token)
        self.platform = platform

    def as_user(self, username: str, password: str) -> Client:
        """Give a client that calls as another user."""
        return Client(self.url).log_in(username, password)


@contextmanager
def running() -> Iterator[Emulator]:
    """Run an emulator with its state in memory."""
    from biot_emulator.build import build_platform
    from biot_emulator.server import Server
    from biot_emulator.store import Store

    password = secrets.token_urlsafe(12)
    with Server(build_platform(Store(), admin=(_ADMIN, password))) as server:
        token = Client(server.url).log_in(_ADMIN, password).token
        yield Emulator(server.url, token, server.platform)
