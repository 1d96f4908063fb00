"""Observes what plugins call on the platform, as `event.biot` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from biot_emulator.api.call import Call
from biot_emulator.api.gateway import Admission, Gateway
from biot_emulator.api.response import ApiResponse
from biot_emulator.platform import Platform
from biot_plugin_cli.terminal.redaction import redact

__all__ = ["PluginCall", "observed"]

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class PluginCall:
    """A call that a plugin made, without anything of what was sent or answered.

    Attributes:
        method: The HTTP method.
        path: The path, without the query; one that has a token in it is shown with the variable's name.
        status_code: The status of the answer.
        duration_ms: How long the answer took.
    """

    method: str
    path: str
    status_code: int
    duration_ms: float


def observed(platform: Platform, listener: Callable[[PluginCall], None]) -> Platform:
    """Return a platform that calls a function for each call of a plugin, once it is answered.

    Args:
        platform: The platform.
        listener: Called from any thread.
    """
    return replace(platform, gateway=_ObservedGateway(platform, listener))


class _ObservedGateway(Gateway):
    def __init__(self, platform: Platform, listener: Callable[[PluginCall], None]) -> None:
        self._platform = platform
        self._inner = platform.gateway
        self._listener = listener

    def handle(self, call: Call) -> ApiResponse:
        """Respond to a call."""
        admitted = self.admit(call)
        return admitted if isinstance(admitted, ApiResponse) else self.respond(admitted)

    def admit(self, call: Call) -> Admission | ApiResponse:
        """Admit a call, or refuse it."""
        started = perf_counter()
        admitted = self._inner.admit(call)
        if isinstance(admitted, ApiResponse) and self._is_plugin(self._service_id(call)):
            self._tell(call, redact(call.path), admitted, started)
        return admitted

    def respond(self, admission: Admission) -> ApiResponse:
        """Respond to a call that was admitted."""
        started = perf_counter()
        response = self._inner.respond(admission)
        call = admission.call
        if call.caller and call.caller.is_service and self._is_plugin(call.caller.subject_id):
            path = admission.route.template if "token" in call.variables else redact(call.path)
            self._tell(call, path, response, started)
        return response

    def _service_id(self, call: Call) -> str:
        """Return whose token a call has that was refused."""
        header = call.headers.get("authorization", "")
        if not header.lower().startswith(_BEARER):
            return ""
        claims = self._platform.tokens.read(header[len(_BEARER) :].strip()) or {}
        return str(claims.get("serviceUserId", ""))

    def _is_plugin(self, service_id: str) -> bool:
        return bool(service_id) and any(plugin.service_id == service_id for plugin in self._platform.plugins)

    def _tell(self, call: Call, path: str, response: ApiResponse, started: float) -> None:
        duration_ms = (perf_counter() - started) * 1000
        self._listener(PluginCall(call.method, path, response.status_code, duration_ms))
