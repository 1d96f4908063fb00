"""Calls of plugins at addresses outside of the platform, each of which is recorded like an invocation of its own."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from biot_emulator.function_url.response_from_reply import BAD_GATEWAY
from biot_emulator.hooks.outside_endpoints import Unreachable, post
from biot_emulator.http.certificates import trust
from biot_emulator.http.response import Response
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Started, Trigger
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.lambda_function.invocation import Invocation, InvocationError
from biot_emulator.state.clock import Clock

__all__ = ["TIMED_OUT", "UNREACHABLE", "OutsideCalls"]

UNREACHABLE = "Endpoint.Unreachable"
"""The error of an address that cannot be called, or does not respond as HTTP has it."""
TIMED_OUT = "Endpoint.Timedout"
"""The error of an address that takes too long."""

_MILLISECONDS = 1000
# What only whoever runs the plugin can know.
_UNKNOWN: Mapping[str, None] = {"initMs": None, "cold": None, "maxMemoryMb": None}


class OutsideCalls:
    """Calls addresses, and records it.

    Args:
        invocations: Where each call is recorded.
        clock: The platform's time.
        secrets: Returns the platform's own secrets, which are not recorded.
        certificates: Which certificates of HTTPS addresses are trusted; None for those of the system.
    """

    def __init__(
        self,
        invocations: Invocations,
        clock: Clock,
        secrets: Callable[[], Iterable[str]],
        certificates: ssl.SSLContext | None,
    ) -> None:
        self._invocations = invocations
        self._clock = clock
        self._secrets = secrets
        self._own_certificates = certificates

    def call(self, endpoint: str, headers: Mapping[str, str], content: bytes, trigger: Trigger) -> Invocation:
        """Call an address for a hook.

        Args:
            endpoint: The address.
            headers: The headers of the hook.
            content: The body of the hook.
            trigger: Why it is called.
        """
        event = {"headers": dict(headers), "body": content.decode()}
        started = Started(
            Redaction()(endpoint), trigger, event, time=self._clock.now(), secrets=self._secrets, variables={}
        )
        # Before it is called: whatever becomes of it, there is what was sent.
        self._invocations.begin(started)
        try:
            invocation = self._called(endpoint, headers, content)
        except BaseException as error:
            lost = InvocationError(UNREACHABLE, f"The emulator could not call it: {type(error).__name__}")
            self._invocations.end(started, Invocation(None, BAD_GATEWAY, lost, 0, None, 0, [], cold=False), **_UNKNOWN)
            raise
        self._invocations.end(started, invocation, self._clock.now(), **_UNKNOWN)
        return invocation

    def _called(self, endpoint: str, headers: Mapping[str, str], content: bytes) -> Invocation:
        begin = time.perf_counter()
        response, error = self._post(endpoint, headers, content)
        duration = (time.perf_counter() - begin) * _MILLISECONDS
        return Invocation(None, response, error, duration, None, 0, [], cold=False)

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        # Most platforms call no such address, and to read those of the system takes a while.
        return self._own_certificates or trust()

    def _post(
        self, endpoint: str, headers: Mapping[str, str], content: bytes
    ) -> tuple[Response, InvocationError | None]:
        try:
            return post(endpoint, headers, content, self._certificates), None
        except Unreachable as error:
            return BAD_GATEWAY, InvocationError(TIMED_OUT if error.timed_out else UNREACHABLE, str(error))
