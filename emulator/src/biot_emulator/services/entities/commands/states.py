"""The states of a command, how it gets from one into another, and when it is out of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from biot_emulator.services.entities.commands.errors import CommandStateChangeInvalid
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.requests import moment_of
from biot_emulator.state.timestamps import timestamp

__all__ = ["ACTIVE", "OVER", "STARTED", "STOPPED", "check_state_change", "expire"]

STARTED = "STARTING"
"""The state of a command until its device says that it is in progress."""
STOPPED = "STOPPING"
"""The state of a command that was stopped, until its device says that it has ended."""
_TIMEOUT = "TIMEOUT"

_NEXT: Mapping[str, tuple[str, ...]] = {
    STARTED: ("IN_PROGRESS", STOPPED, "COMPLETED", "FAILED", "ABORTED", _TIMEOUT),
    "IN_PROGRESS": (STOPPED, "COMPLETED", "FAILED", "ABORTED", _TIMEOUT),
    STOPPED: ("COMPLETED", "FAILED", "ABORTED", _TIMEOUT),
    "COMPLETED": (),
    "FAILED": (),
    "ABORTED": (),
    _TIMEOUT: (),
}
OVER = tuple(state for state, following in _NEXT.items() if not following)
"""The states that nothing can follow."""
ACTIVE = tuple(state for state in _NEXT if state not in OVER)
"""All other states."""

Command = dict[str, Any]


def check_state_change(current: str, target: str) -> None:
    """Check that a command can get from one state into another.

    Raises:
        CommandStateChangeInvalid: It cannot.
    """
    if target not in _NEXT[current]:
        message = f"A command that is {current} cannot become {target}"
        raise CommandStateChangeInvalid(message, currentState=current)


def expire(entities: Entities, commands: Iterable[Command], now: datetime) -> list[Command]:
    """Return commands as they are at a time: those that have taken longer than they may are over, and stored so.

    Args:
        entities: Where they are stored.
        commands: The commands.
        now: The platform's time.
    """
    return [_expired(entities, command, now) for command in commands]


def _expired(entities: Entities, command: Command, now: datetime) -> Command:
    start, seconds = moment_of(command["_startTime"]), command["_timeoutInSeconds"]
    if command["_state"] in OVER or start is None or (now - start).total_seconds() < seconds:
        return command
    ended = {**command, "_state": _TIMEOUT, "_endTime": timestamp(start + timedelta(seconds=seconds))}
    entities.import_entity("command", ended)
    return ended
