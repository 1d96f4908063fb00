"""Requests to the public addresses of plugins (contract section 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from biot_emulator.api.call import TRACEPARENT, Caller
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
from biot_emulator.services.settings.plugin_addresses import ADDRESS_PATH
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import CallKind, Sent

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
        recorded: Records the requests.
        identify: Returns who makes a request, by its headers; None where the platform does not know.
        disabled_status: What the addresses of disabled plugins respond with; None where these do themselves.
    """

    def __init__(
        self,
        plugins: Plugins,
        endpoints: Endpoints,
        concurrency: Concurrency,
        recorded: CallHistory,
        identify: Callable[[Mapping[str, str]], Caller | None],
        disabled_status: int | None = None,
    ) -> None:
        self._recorded = recorded
        self._identify = identify
        self._disabled_status = disabled_status
        self._plugins = plugins
        self._endpoints = endpoints
        self._concurrency = concurrency

    def has(self, address: str) -> bool:
        """Whether a plugin has this address."""
        return self._plugins.at(address) is not None

    def knows(self, address: str) -> bool:
        """Whether a plugin has this address, as far as that is known without any wait: no is no answer."""
        return self._plugins.is_known_at(address)

    def handle(self, address: str, request: UrlRequest, id: str | None = None) -> Response:
        """Respond to a request.

        Args:
            address: The plugin's address.
            request: The request, with the path below the address.
            id: The id that it is recorded by; None where it is not recorded yet.
        """
        with self._plugins.calling(address) as plugin:
            if plugin is None:
                return NO_PLUGIN
            id = id or self.begin(address, request)
            try:
                response = self._respond(plugin, request, id)
            except BaseException as error:
                self._recorded.lose(id, f"The emulator could not pass it on: {type(error).__name__}")
                raise
        self._recorded.finish(id, response.status_code, response.headers, response.content)
        return response

    def begin(self, address: str, request: UrlRequest, resent_from: str | None = None) -> str:
        """Record a request before anything is done with it; return the id.

        Args:
            address: The plugin's address.
            request: The request.
            resent_from: The id of the recorded call that it repeats.
        """
        plugin = self._plugins.at(address)
        path = f"{ADDRESS_PATH}{address}{unquote(request.path)}"
        sent = Sent(request.method, path, request.query_string, request.headers, request.content)
        trace = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
        return self._recorded.begin(
            CallKind.URL,
            sent,
            trace_id=trace[1] if trace else "",
            source_ip=request.source_ip,
            plugin=plugin.full_name if plugin else None,
            caller=self._identify(request.headers),
            resent_from=resent_from,
        )

    def _respond(self, plugin: Plugin, request: UrlRequest, id: str) -> Response:
        if self._disabled_status is not None and not plugin.enabled:
            return _DISABLED._replace(status_code=self._disabled_status)
        cors = Cors(plugin.config["cors"])
        response = cors.preflight(request)
        if response is None:
            response = cors.marked(request, self._call(plugin, request, id))
        return response

    def _call(self, plugin: Plugin, request: UrlRequest, id: str) -> Response:
        trigger = Trigger(EventKind.DIRECT, f"{request.method} {request.path}", None, id)
        try:
            with self._concurrency.enter(plugin.endpoint_url):
                return self._endpoints.call_directly(plugin, request, trigger)
        except TooManyRequests:
            return TOO_MANY_REQUESTS
