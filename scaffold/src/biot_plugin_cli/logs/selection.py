"""Which events are shown: how old they may be, and what has to be in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.logs.event import LogEvent
from biot_plugin_cli.logs.message import Message

__all__ = ["Selection", "Since", "parse_trace"]

_DURATION = re.compile(r"(\d{1,7})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TRACE = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Since:
    """The age of the oldest events that are shown.

    Attributes:
        moment: Their time; None if it depends on the present.
        age: How long ago, if it does.
    """

    moment: datetime | None = None
    age: timedelta = timedelta()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `10m`, `2h`, `1d`, or a time such as `2026-01-31T12:00:00Z`; without a zone, that of this machine.

        Raises:
            UsageError: It is neither.
        """
        if match := _DURATION.fullmatch(text.strip()):
            return cls(age=timedelta(**{_UNITS[match[2]]: int(match[1])}))
        try:
            return cls(moment=datetime.fromisoformat(text.strip()).astimezone(UTC))
        except (ValueError, OverflowError):
            raise UsageError(
                f"--since is {text!r}: pass how long ago, such as 30s, 10m, 2h or 1d, or a time such as "
                "2026-01-31T12:00:00Z"
            ) from None

    def start(self, now: datetime) -> int:
        """Return the time of the oldest event, in milliseconds since 1970.

        Args:
            now: The present, as the source knows it.
        """
        try:
            moment = now - self.age if self.moment is None else self.moment
            return max(0, int(moment.timestamp() * 1000))
        except OverflowError:
            return 0


@dataclass(frozen=True, slots=True)
class Selection:
    """What has to be in an event.

    Attributes:
        text: A text, in upper or lower case as it is; None for any.
        trace: The id of a trace; None for any.
    """

    text: str | None = None
    trace: str | None = None

    def matches(self, event: LogEvent, message: Message) -> bool:
        """Whether an event is shown.

        Args:
            event: The event.
            message: Its parts.
        """
        return self._has_trace(event, message) and (self.text is None or self._has_text(event, message))

    def _has_trace(self, event: LogEvent, message: Message) -> bool:
        return self.trace is None or self.trace in (event.trace, message.trace) or self.trace in event.text

    def _has_text(self, event: LogEvent, message: Message) -> bool:
        # What people see is not what was written: in JSON, quotes and letters outside of ASCII are escaped.
        fields = json.dumps(message.fields, ensure_ascii=False) if message.fields else ""
        shown = (event.text, message.text, "\n".join(message.details), fields, message.level)
        return any(self.text in part for part in shown if self.text)


def parse_trace(text: str | None) -> str | None:
    """Return the id of a trace; that of a whole `traceparent` is taken out of it.

    Raises:
        UsageError: It is no such id.
    """
    if text is None:
        return None
    if match := _TRACEPARENT.fullmatch(text):
        return match[1]
    if not _TRACE.fullmatch(text):
        raise UsageError(f"--trace is {text!r}: pass the id of a trace, as traceId of an error or a log line has it")
    return text
