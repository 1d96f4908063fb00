"""Where plugins are called: in the platform's own account, or at any other address (contract sections 1.3 and 1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from biot_emulator.function_url.event_from_request import UrlRequest, function_event
from biot_emulator.function_url.response_from_reply import BAD_GATEWAY
from biot_emulator.hooks.outside_endpoints import Unreachable, post
from biot_emulator.hooks.plugin_functions import Functions
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger
from biot_emulator.services.settings.plugin import ADDRESS_PATH, Plugin
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import Clock
from biot_emulator.wire_json import encode

__all__ = ["Endpoints", "Failure", "HookReply"]

Failure = Literal["crash", "timeout", "bad-reply"]

_ADDRESS = re.compile(rf"https?://[^/]+{re.escape(ADDRESS_PATH)}([a-z0-9]{{32}})/?")
_FAILURES: Mapping[str, Failure] = {
    "Sandbox.Timedout": "timeout",
    "Function.MalformedReply": "bad-reply",
    "Function.ResponseSizeTooLarge": "bad-reply",
    "Runtime.MarshalError": "bad-reply",
}
"""By error type; every other one is a crash."""


@dataclass(frozen=True, slots=True)
class HookReply:
    """What came of the call of a hook.

    Attributes:
        response: The HTTP response.
        failure: Why the plugin has not answered by itself; None where it has.
        reason: The same for people.
    """

    response: Response
    failure: Failure | None = None
    reason: str = ""


class Endpoints:
    """Calls plugins at the addresses that are subscribed.

    Args:
        plugins: The plugins of this platform.
        functions: What runs them.
        clock: The platform's time.
    """

    def __init__(self, plugins: Plugins, functions: Functions, clock: Clock) -> None:
        self._plugins = plugins
        self._functions = functions
        self._clock = clock

    def is_passed_by(self, endpoint: str) -> bool:
        """Whether this is the address of a plugin that is `DISABLED`, or was deleted since: hooks do not call it."""
        plugin = self._plugin(endpoint)
        return not plugin.enabled if plugin else self._plugins.is_address(endpoint)

    def call(self, endpoint: str, headers: Mapping[str, str], body: Any, trigger: Trigger) -> HookReply | None:
        """Call a plugin for a hook; give None where it was deleted before that.

        Args:
            endpoint: Its address.
            headers: The headers of the hook.
            body: What it is told.
            trigger: What it is called for.
        """
        content = encode(body)
        plugin = self._plugin(endpoint)
        if plugin is None:
            return None if self._plugins.is_address(endpoint) else _call_outside(endpoint, headers, content)
        request = UrlRequest(headers=headers, content=content)
        invocation, _ = self._functions.invoke(plugin, self._event(plugin, request), trigger)
        if invocation.error is None:
            return HookReply(invocation.response)
        failure = _FAILURES.get(invocation.error.type, "crash")
        # Its own words could be about a patient, and whoever called may not be meant to read them.
        return HookReply(invocation.response, failure, f"it ended with {invocation.error.type}")

    def call_directly(self, plugin: Plugin, request: UrlRequest, trigger: Trigger) -> Response:
        """Have a plugin answer whoever calls its address."""
        return self._functions.invoke(plugin, self._event(plugin, request), trigger)[0].response

    def _event(self, plugin: Plugin, request: UrlRequest) -> dict[str, Any]:
        return function_event(request, plugin.address, self._clock.now())

    def _plugin(self, endpoint: str) -> Plugin | None:
        match = _ADDRESS.fullmatch(endpoint)
        return self._plugins.at(match[1]) if match else None


def _call_outside(endpoint: str, headers: Mapping[str, str], content: bytes) -> HookReply:
    try:
        return HookReply(post(endpoint, headers, content))
    except Unreachable as error:
        return HookReply(BAD_GATEWAY, "timeout" if error.timed_out else "crash", str(error))
