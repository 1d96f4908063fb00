"""Requests to the public addresses of plugins (contract section 4.1)."""

from __future__ import annotations

from biot_emulator.event_kind import EventKind
from biot_emulator.function_url.cors import Cors
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger
from biot_emulator.services.settings.plugins import Plugins

__all__ = ["FunctionUrls"]

_UNKNOWN = Response(404, {"content-type": "application/json"}, b'{"Message":"No plugin has this address"}')


class FunctionUrls:
    """Passes requests to the plugin whose address they are for.

    Args:
        plugins: The plugins.
        endpoints: Calls them.
    """

    def __init__(self, plugins: Plugins, endpoints: Endpoints) -> None:
        self._plugins = plugins
        self._endpoints = endpoints

    def handle(self, address: str, request: UrlRequest) -> Response:
        """Respond to a request.

        Args:
            address: The plugin's address.
            request: The request, with the path below the address.
        """
        plugin = self._plugins.at(address)
        if plugin is None:
            return _UNKNOWN
        cors = Cors(plugin.config["cors"])
        response = cors.preflight(request)
        if response is None:
            trigger = Trigger(EventKind.DIRECT, f"{request.method} {request.path}")
            response = cors.marked(request, self._endpoints.call_directly(plugin, request, trigger))
        return response
