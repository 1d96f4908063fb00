"""The public addresses of plugins (contract section 4.1): whoever calls one talks to the plugin alone."""

from __future__ import annotations

from biot_emulator.fixtures.events import EventKind
from biot_emulator.function_url.cors import Cors
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger
from biot_emulator.platform import Platform
from biot_emulator.services.settings.plugins import Plugins

__all__ = ["FunctionUrls"]

_UNKNOWN = Response(404, {"content-type": "application/json"}, b'{"Message":"No plugin has this address"}')


class FunctionUrls:
    """The platform's `function_url`: hands requests to the plugin whose address they came to."""

    def __init__(self, platform: Platform, plugins: Plugins, endpoints: Endpoints) -> None:
        self._plugins = plugins
        self._endpoints = endpoints
        platform.function_url = self

    def __call__(self, address: str, request: UrlRequest) -> Response:
        """Answer a request.

        Args:
            address: The characters of the plugin's address.
            request: The request, with the path below the address.
        """
        plugin = self._plugins.at(address)
        if plugin is None:
            return _UNKNOWN
        cors = Cors(plugin.config["cors"])
        answer = cors.preflight(request)
        if answer is None:
            trigger = Trigger(EventKind.DIRECT, f"{request.method} {request.path}")
            answer = cors.marked(request, self._endpoints.call_directly(plugin, request, trigger))
        return answer
