"""The transport that all events of a container share.

What calls need is imported when a handler calls, or is expected to: a plugin that never calls does not pay for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from biot_plugin.api_client.transport import Transport
    from biot_plugin.settings import Settings


class Platform:
    """Creates the transport on first use, and replaces it in tests."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._prefetching = False

    def transport(self) -> Transport:
        """Return the shared transport.

        Raises:
            NotConfigured: The platform's URL or the service user is missing in the environment.
        """
        with self._lock:
            if self._transport is None:
                from biot_plugin.api_client.http_transport import HttpTransport

                self._transport = HttpTransport(self._settings.base_url, self._settings.credentials)
            return self._transport

    def close(self) -> None:
        """Close the open connections. Not needed in Lambda; for processes with many plugins, as in tests."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()

    def use(self, transport: Transport) -> None:
        """Replace the transport, as tests do that have no platform."""
        with self._lock:
            self._transport = transport

    def prefetch(self, start: Callable[[threading.Thread], object]) -> None:
        """Log in and import what calls need, in the background. If that fails, the first call tries again.

        Args:
            start: Starts the thread.
        """
        if not self._prefetching:
            self._prefetching = True
            start(threading.Thread(target=self._prefetch, name="biot-service-login", daemon=True))

    def _prefetch(self) -> None:
        import biot_plugin.api_client.biot
        import biot_plugin.api_client.deadline  # noqa: F401
        from biot_plugin.platform_errors import NotConfigured
        from biot_plugin.wire.trace import Trace

        try:
            self.transport().prefetch(Trace.start().traceparent)
        except NotConfigured:
            return
