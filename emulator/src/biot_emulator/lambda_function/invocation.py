"""The result of invoking a function with one event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from biot_emulator.http.response import Response

__all__ = ["Invocation", "InvocationError", "Phase"]

Phase = Literal["init", "invoke"]


class InvocationError(NamedTuple):
    """Why an invocation failed.

    Attributes:
        type: Lambda's name of the error, such as `Sandbox.Timedout`, or the class of the handler's exception.
        message: What happened.
        phase: Whether it failed while loading the plugin or while handling the event.
        stack_trace: The formatted frames of an exception.
    """

    type: str
    message: str
    phase: Phase = "invoke"
    stack_trace: tuple[str, ...] = ()


class Invocation(NamedTuple):
    """The result of invoking a function with one event.

    Attributes:
        reply: What the handler returned, decoded from JSON; None when it failed.
        response: The HTTP response of the function URL (contract section 1.3).
        error: None if the handler replied.
        duration_ms: Duration of the event in milliseconds, without the init.
        init_ms: Duration of loading the plugin in milliseconds; None on a warm process, or if loading failed.
        max_memory_mb: Peak memory of the process so far, in megabytes.
        logs: The lines of standard output and error, in order.
        cold: Whether the process was started for this event.
    """

    reply: Any
    response: Response
    error: InvocationError | None
    duration_ms: float
    init_ms: float | None
    max_memory_mb: int
    logs: list[str]
    cold: bool

    @property
    def status_code(self) -> int:
        """The HTTP status of the response."""
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers of the response, by lower-case name."""
        return self.response.headers

    @property
    def body(self) -> Any:
        """The decoded body of the response."""
        return self.response.body
