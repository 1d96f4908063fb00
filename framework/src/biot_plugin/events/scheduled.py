"""Scheduled events: the plugin's cron schedule fired (contract section 4.2)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, ClassVar

from biot_plugin.events.base import Call, Event
from biot_plugin.events.json_members import optional_text
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.timestamp import parse_timestamp

if TYPE_CHECKING:
    from biot_plugin.wire.envelope import Envelope


class Scheduled(Event):
    """The plugin's schedule fired.

    Attributes:
        id: The event's id; AWS may deliver an event twice.
        time: When it fired, in UTC.
    """

    __slots__ = ("id", "time")

    kind: ClassVar[Kind] = Kind.SCHEDULED

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        self.id = optional_text(self.raw, "id")
        self.time: datetime = parse_timestamp(optional_text(self.raw, "time")) or datetime.now(timezone.utc)
