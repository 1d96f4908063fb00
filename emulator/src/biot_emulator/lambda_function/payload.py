"""An event as JSON."""

from __future__ import annotations

from typing import Any, Self

from biot_emulator.errors import InvalidEvent
from biot_emulator.wire_json import decode, encode

__all__ = ["Payload"]


class Payload(bytes):
    """An event as JSON, encoded once for whoever sends it and whoever records it."""

    __slots__ = ()

    @classmethod
    def of(cls, event: Any) -> Self:
        """Encode an event, unless it is encoded already.

        Raises:
            InvalidEvent: It is not JSON.
        """
        if isinstance(event, cls):
            return event
        try:
            return cls(encode(event))
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidEvent(f"The event is not JSON: {error}") from error

    @property
    def event(self) -> Any:
        """The event, decoded anew."""
        return decode(self)
