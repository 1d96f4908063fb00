"""The platform's API as a plugin reaches it, from the first event that calls it to the end of the container.

What calling takes is imported when a handler calls, or is known to: a plugin that never does never pays for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from biot_plugin.api_client.retries import Tell
    from biot_plugin.http.exchange import Answer, Request
    from biot_plugin.http.time_limit import TimeLimit
    from biot_plugin.settings import Settings

#: Seconds that the log-in in the init phase may take.
_PREFETCH_SECONDS = 5.0


class Transport(Protocol):
    """What carries calls to the platform: HTTP, or what tests put in its place."""

    @property
    def base_url(self) -> str:
        """The platform's API root."""
        ...

    def prefetch(self, traceparent: str, time: TimeLimit) -> None:
        """Logs in early, if it can."""
        ...

    def token(self, traceparent: str, time: TimeLimit) -> str:
        """The token of the plugin's service user."""
        ...

    def call(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:
        """Carries a call of the API, with the plugin's token."""
        ...

    def transfer(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:
        """Carries a file to or from an address that is signed already: the token must not go there."""
        ...

    def close(self) -> None:
        """Closes what is open; it opens again when it is needed."""
        ...


class Platform:
    """Gives the one transport that all events of a container share."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._prefetching = False

    def transport(self) -> Transport:
        """What carries the calls.

        Raises:
            NotConfigured: The environment does not say where the platform is, or who to log in as.
        """
        with self._lock:
            if self._transport is None:
                from biot_plugin.api_client.transport import HttpTransport

                self._transport = HttpTransport(self._settings.base_url, self._settings.credentials)
            return self._transport

    def close(self) -> None:
        """Closes the connections that are open. Lambda never needs it; what makes many plugins, as tests do, may."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()

    def use(self, transport: Transport) -> None:
        """Carries the calls elsewhere from now on, as tests do that have no platform."""
        with self._lock:
            self._transport = transport

    def prefetch(self) -> None:
        """Starts to log in, in the background. A failure is not fatal: the first call tries again."""
        if not self._prefetching:
            self._prefetching = True
            threading.Thread(target=self._prefetch, name="biot-service-login", daemon=True).start()

    def _prefetch(self) -> None:
        from biot_plugin.http.time_limit import TimeLimit
        from biot_plugin.platform_errors import NotConfigured
        from biot_plugin.wire.trace import Trace

        try:
            self.transport().prefetch(Trace.start().traceparent, TimeLimit(_PREFETCH_SECONDS))
        except NotConfigured:
            return
