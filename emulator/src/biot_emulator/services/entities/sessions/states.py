"""The states of a usage session, and how it gets from one into another."""

from __future__ import annotations

from collections.abc import Mapping

from biot_emulator.services.entities.sessions.errors import SessionStateChangeInvalid

__all__ = ["CONTROLS", "CURRENT", "DONE", "STARTED", "check_state_change"]

DONE = "DONE"
"""The state of a session that is over."""
STARTED = "ACTIVATING"
"""The state of a session that was started remotely, until the device says that it is active."""

_NEXT: Mapping[str, tuple[str, ...]] = {
    "ACTIVATING": ("ACTIVE", "PAUSING", "STOPPING", DONE),
    "ACTIVE": ("PAUSING", "PAUSED", "STOPPING", DONE),
    "PAUSING": ("PAUSED", "RESUMING", "ACTIVE", "STOPPING", DONE),
    "PAUSED": ("RESUMING", "ACTIVE", "STOPPING", DONE),
    "RESUMING": ("ACTIVE", "PAUSING", "PAUSED", "STOPPING", DONE),
    "STOPPING": (DONE,),
    DONE: (),
}
CURRENT = tuple(state for state in _NEXT if state != DONE)
"""The states of a session that goes on."""

CONTROLS: Mapping[str, tuple[str, str]] = {
    "pause": ("PAUSING", "_remotePause"),
    "resume": ("RESUMING", "_remoteResume"),
    "stop": ("STOPPING", "_remoteStop"),
}
"""By remote control, the state that a session gets into until the device has done it, and the action's name."""


def check_state_change(current: str, target: str, *, again: bool = True) -> None:
    """Check that a session can get from one state into another.

    Args:
        current: The state that it has.
        target: The state that it would have.
        again: Whether it may stay in the state that it has.

    Raises:
        SessionStateChangeInvalid: It cannot.
    """
    if target not in _NEXT.get(current, ()) and not (again and target == current):
        message = f"A session that is {current} cannot become {target}"
        raise SessionStateChangeInvalid(message, currentState=current, targetState=target)
