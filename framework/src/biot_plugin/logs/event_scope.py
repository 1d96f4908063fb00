"""What log records have of the event that they are about: its trace, and the keys that its handler appended."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from biot_plugin.wire.trace import Trace


class EventScope:
    """One event in progress.

    Attributes:
        trace: The trace of the event.
        keys: The keys of each formatter that wrote or changed any, by the formatter's id.
    """

    __slots__ = ("keys", "trace")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.keys: dict[int, dict[str, Any]] = {}


#: The scope of what works for no event, in a thread that an event has started.
NO_EVENT = EventScope(Trace("", ""))

current_scope: ContextVar[EventScope | None] = ContextVar("current_scope", default=None)
