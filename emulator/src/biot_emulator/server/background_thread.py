"""Serves a platform at an address, in a thread of its own until it is closed."""

from __future__ import annotations

from biot_emulator.closing import Closing
from biot_emulator.page.application import Page
from biot_emulator.platform import Platform
from biot_emulator.server.application import application
from biot_emulator.server.listening import LOOPBACK, AddressUnavailable, listen, server_settings, url_of
from biot_emulator.server.malformed_requests import protocol
from biot_emulator.server.serving_thread import ServingThread

__all__ = ["LOOPBACK", "AddressUnavailable", "Server"]

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Server(Closing):
    """Serves a platform from its creation until it is closed; a context manager.

    Args:
        platform: The platform. It is closed with the server, or when the address is unavailable.
        host: The address to listen on.
        port: The port; 0 takes a free one.

    Attributes:
        page: The platform's page at `/_emulator/`.

    Raises:
        AddressUnavailable: The server cannot listen at the address.
    """

    def __init__(self, platform: Platform, host: str = "127.0.0.1", port: int = 0) -> None:
        self.platform = platform
        try:
            listening = listen(host, port)
        except BaseException:
            platform.close()
            raise
        self._host = host
        self.port: int = listening.getsockname()[1]
        # Plugins call the platform on this machine, where a wildcard is no address.
        platform.locate(url_of(_WILDCARDS.get(host, host), self.port))
        self.page = Page(platform, host)
        settings = server_settings(application(platform, self.page), protocol(platform))
        self._serving = ServingThread(listening, settings, "biot-emulator-server")

    @property
    def url(self) -> str:
        """The URL that it listens at."""
        return url_of(self._host, self.port)

    def close(self) -> None:
        """Stop serving: finish the calls that finish soon, end every plugin, and close the platform."""
        # Those who listen have no end of their own, and the others would wait for them.
        self.platform.calls.listeners.close()
        self._serving.close(self.platform.stop)
        self.platform.close()
