"""Type-checked access to the members of an event's JSON."""

from __future__ import annotations

from typing import Any

from biot_plugin.errors import InvalidEvent


def require_member(json: dict[str, Any], name: str, expected_type: type[Any]) -> Any:
    """Return a member that the platform always sends.

    Raises:
        InvalidEvent: The member is missing or of another type.
    """
    value = json.get(name)
    if not isinstance(value, expected_type):
        raise InvalidEvent("NO_DATA", f"The event has no {name}")
    return value


def optional_text(json: object, name: str) -> str | None:
    """Return a text member that the platform may leave out; None where it is missing or not text."""
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, str) else None
