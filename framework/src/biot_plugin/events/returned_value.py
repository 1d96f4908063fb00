"""What becomes of the value that a handler or a middleware returns, and of a wrong one."""

from __future__ import annotations

from biot_plugin.errors import InvalidResult
from biot_plugin.events.base import Event


def apply_returned(value: object, event: Event, name: str) -> bool:
    """Apply what a function of the author's returned to the event.

    Args:
        value: What it returned.
        event: The event that it handled.
        name: Its name.

    Returns:
        Whether it returned anything: None leaves the event as the function left it.

    Raises:
        InvalidResult: The event does not accept such a value; the call fails, rather than pass without it.
    """
    if value is None:
        return False
    if not event._accept(value):
        raise InvalidResult(f"{name} returned a {type(value).__name__}; it may return {event.may_return}")
    return True
