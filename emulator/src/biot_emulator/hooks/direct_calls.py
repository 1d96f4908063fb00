"""Requests to the public addresses of plugins (contract section 4.1)."""

from __future__ import annotations

from dataclasses import replace

from biot_emulator.api.errors import TooManyRequests
from biot_emulator.event_kind import EventKind
from biot_emulator.function_url.cors import Cors
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.function_url.response_from_reply import TOO_MANY_REQUESTS
from biot_emulator.hooks.concurrency import Concurrency
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugins import Plugins

__all__ = ["NO_PLUGIN", "FunctionUrls"]

NO_PLUGIN = Response(404, {"content-type": "application/json"}, b'{"Message":"No plugin has this address"}')
"""The response where no plugin has an address."""
_DISABLED = Response(403, {"content-type": "application/json"}, b'{"Message":"Forbidden"}')


class FunctionUrls:
    """Passes requests to the plugin whose address they are for.

    Args:
        plugins: The plugins.
        endpoints: Calls them.
        concurrency: Bounds the callers of each.
        disabled_status: What the addresses of disabled plugins respond with; None where these do themselves.
    """

    def __init__(
        self, plugins: Plugins, endpoints: Endpoints, concurrency: Concurrency, disabled_status: int | None = None
    ) -> None:
        self._disabled_status = disabled_status
        self._plugins = plugins
        self._endpoints = endpoints
        self._concurrency = concurrency

    def has(self, address: str) -> bool:
        """Whether a plugin has this address."""
        return self._plugins.at(address) is not None

    def handle(self, address: str, request: UrlRequest) -> Response:
        """Respond to a request.

        Args:
            address: The plugin's address.
            request: The request, with the path below the address.
        """
        plugin = self._plugins.at(address)
        if plugin is None:
            return NO_PLUGIN
        if self._disabled_status is not None and not plugin.enabled:
            return replace(_DISABLED, status_code=self._disabled_status)
        cors = Cors(plugin.config["cors"])
        response = cors.preflight(request)
        if response is None:
            response = cors.marked(request, self._call(plugin, request))
        return response

    def _call(self, plugin: Plugin, request: UrlRequest) -> Response:
        trigger = Trigger(EventKind.DIRECT, f"{request.method} {request.path}")
        try:
            with self._concurrency.enter(plugin.endpoint_url):
                return self._endpoints.call_directly(plugin, request, trigger)
        except TooManyRequests:
            return TOO_MANY_REQUESTS
