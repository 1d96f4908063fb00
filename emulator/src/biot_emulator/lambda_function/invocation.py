"""What came of one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from biot_emulator.http.response import Response

__all__ = ["Invocation", "InvocationError", "Phase"]

Phase = Literal["init", "invoke"]


@dataclass(frozen=True, slots=True)
class InvocationError:
    """Why there is no reply.

    Attributes:
        type: Lambda's own name of it, such as `Sandbox.Timedout`, or the class of the handler's exception.
        message: What happened.
        phase: Whether the plugin was still being loaded, or was handling the event.
        stack_trace: The frames of an exception, formatted.
    """

    type: str
    message: str
    phase: Phase = "invoke"
    stack_trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """What came of one event.

    Attributes:
        reply: What the handler returned, decoded from JSON; None when it failed.
        response: What the caller of the function URL gets (contract section 1.3).
        error: None when the handler replied.
        duration_ms: Milliseconds that the event took, without the init.
        init_ms: Milliseconds that loading the plugin took; None on a warm process, or when loading failed.
        max_memory_mb: The most memory that the process has used so far.
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
        """The HTTP status that the platform sees."""
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers that the platform sees, by lower-case name."""
        return self.response.headers

    @property
    def body(self) -> Any:
        """The body that the platform sees, decoded."""
        return self.response.body
