"""Parses the body of an event whose part goes back to the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biot_plugin.errors import InvalidEvent
from biot_plugin.wire.envelope import parse, require_object
from biot_plugin.wire.strict_json import LARGE

if TYPE_CHECKING:
    from biot_plugin.bodies.texts.source import Source
    from biot_plugin.wire.envelope import Envelope


def read_event(envelope: Envelope, part: str) -> tuple[dict[str, Any], Source | None]:
    """Parse the body of an event; of a large one, remember the text of what goes back.

    Args:
        envelope: The envelope of the event.
        part: The name of the member that goes back.

    Raises:
        InvalidEvent: The body is missing, or is not a JSON object.
    """
    text = envelope.text()
    if text is None:
        return envelope.json(), None
    if len(text) < LARGE:
        return require_object(parse(text)), None
    from biot_plugin.bodies.texts.reader import read

    try:
        json, source = read(text, part)
    except ValueError:
        raise InvalidEvent("NO_DATA", "The event's body is not JSON") from None
    return require_object(json), source
