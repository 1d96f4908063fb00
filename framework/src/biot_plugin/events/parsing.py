"""Parses the body of an event whose part goes back to the platform."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from biot_plugin.errors import InvalidEvent
from biot_plugin.wire.envelope import require_object

if TYPE_CHECKING:
    from biot_plugin.bodies.texts.source import Source, WholeSource
    from biot_plugin.wire.envelope import Envelope


def read_event(envelope: Envelope, part: str) -> tuple[dict[str, Any], Source | WholeSource | None]:
    """Parse the body of an event; remember the text of what goes back.

    Args:
        envelope: The envelope of the event.
        part: The name of the member that goes back.

    Raises:
        InvalidEvent: The body is missing, or is not a JSON object.
    """
    text = envelope.text()
    if text is None:
        return envelope.json(), None
    try:
        json, source = _reader()(text, part)
    except ValueError:
        raise InvalidEvent("NO_DATA", "The event's body is not JSON") from None
    return require_object(json), source


@cache
def _reader() -> Callable[[str, str], tuple[Any, Source | WholeSource | None]]:
    """Import the reader: it is loaded at the end of init."""
    from biot_plugin.bodies.texts.reader import read

    return read
