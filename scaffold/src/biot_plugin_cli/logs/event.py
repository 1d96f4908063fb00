"""An event of a log: what was written at once, with its time, as its source has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

__all__ = ["ConsoleLink", "LogEvent", "LogSource", "format_time"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What was written at once.

    Attributes:
        time: When, in milliseconds since 1970.
        text: What, of one or more lines.
        trace: The trace that it belongs to, if the source says so.
        document: The event as it came, for machines.
    """

    time: int
    text: str
    trace: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict)


class LogSource(Protocol):
    """Where events come from."""

    @property
    def pause(self) -> float:
        """Seconds between two looks."""
        ...

    def poll(self) -> Iterator[LogEvent]:
        """Yield the events that have come since the last look, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class ConsoleLink:
    """The page that shows the log to people, where there is no way to read it.

    Attributes:
        url: Its address; empty if there is none.
    """

    url: str


def format_time(milliseconds: int) -> str:
    """Format a time, in UTC."""
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return str(milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
