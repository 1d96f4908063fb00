"""Where plugins are called: on this platform, or at any other address (contract sections 1.3 and 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from biot_emulator.api.errors import TooManyRequests
from biot_emulator.behaviour.settings import Plugins as Behaviour
from biot_emulator.function_url.event_from_request import UrlRequest, function_event
from biot_emulator.hooks.outside_calls import OutsideCalls
from biot_emulator.hooks.plugin_failures import Failure, failure_of_error, reason_of_error
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.lambda_function import failures
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugin_addresses import PluginAddresses
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import Clock
from biot_emulator.wire_json import encode

__all__ = ["Endpoints", "HookReply"]


_Setting = Literal["disabled_interceptors", "disabled_notifications"]


@dataclass(frozen=True, slots=True)
class HookReply:
    """A plugin's reply to a hook.

    Attributes:
        response: The HTTP response.
        failure: How the plugin failed; None where it replied.
        reason: The same for people.
    """

    response: Response
    failure: Failure | None = None
    reason: str = ""


class Endpoints:
    """Calls plugins at the addresses that are subscribed.

    Args:
        plugins: The plugins of this platform.
        addresses: Their addresses.
        functions: Runs them.
        outside: Calls addresses outside of the platform.
        clock: The platform's time.
        behaviour: What becomes of plugins that are disabled.
    """

    def __init__(
        self,
        plugins: Plugins,
        addresses: PluginAddresses,
        functions: PluginFunctions,
        outside: OutsideCalls,
        clock: Clock,
        behaviour: Behaviour | None = None,
    ) -> None:
        self._behaviour = behaviour or Behaviour()
        self._plugins = plugins
        self._addresses = addresses
        self._functions = functions
        self._outside = outside
        self._clock = clock

    def is_inactive(self, endpoint: str, setting: _Setting) -> bool:
        """Whether this is the address of a plugin that is `DISABLED` or deleted: hooks do not call it.

        Args:
            endpoint: The address.
            setting: What says whether those that are disabled are called all the same.
        """
        plugin = self._plugin(endpoint)
        if plugin is None:
            return self._addresses.is_here(endpoint)
        return not plugin.enabled and getattr(self._behaviour, setting) == "skipped"

    def name(self, endpoint: str) -> str:
        """Return what a plugin is called in records: its full name or, of one elsewhere, its address."""
        plugin = self._plugin(endpoint)
        return plugin.full_name if plugin else Redaction()(endpoint)

    def call(self, endpoint: str, headers: Mapping[str, str], body: Any, trigger: Trigger) -> HookReply | None:
        """Call a plugin for a hook; return None where it has been deleted meanwhile.

        Args:
            endpoint: Its address.
            headers: The headers of the hook.
            body: The body of the hook.
            trigger: Why it is called.

        Raises:
            TooManyRequests: It is busy with too many other calls.
        """
        content = encode(body)
        address = self._addresses.address(endpoint)
        with self._plugins.calling(address) if address else nullcontext() as plugin:
            if plugin is not None:
                return self._call(plugin, UrlRequest(headers=headers, content=content), trigger)
        return None if self._addresses.is_here(endpoint) else self._call_outside(endpoint, headers, content, trigger)

    def call_directly(self, plugin: Plugin, request: UrlRequest, trigger: Trigger) -> Response:
        """Return a plugin's response to whoever calls its address."""
        return self._functions.invoke(plugin, self._event(plugin, request), trigger)[0].response

    def _call(self, plugin: Plugin, request: UrlRequest, trigger: Trigger) -> HookReply:
        invocation, _ = self._functions.invoke(plugin, self._event(plugin, request), trigger)
        if invocation.error is None:
            return HookReply(invocation.response)
        if failures.is_throttled(invocation.error):
            raise TooManyRequests("A plugin is busy with other calls: try again later")
        type = invocation.error.type
        return HookReply(invocation.response, failure_of_error(type), reason_of_error(type))

    def _call_outside(self, endpoint: str, headers: Mapping[str, str], content: bytes, trigger: Trigger) -> HookReply:
        invocation = self._outside.call(endpoint, headers, content, trigger)
        if invocation.error is None:
            return HookReply(invocation.response)
        return HookReply(invocation.response, failure_of_error(invocation.error.type), invocation.error.message)

    def _event(self, plugin: Plugin, request: UrlRequest) -> dict[str, Any]:
        return function_event(request, plugin.address, self._clock.now())

    def _plugin(self, endpoint: str) -> Plugin | None:
        address = self._addresses.address(endpoint)
        return self._plugins.at(address) if address else None
