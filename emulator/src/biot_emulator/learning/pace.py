"""How long a run waits for what, and how large what it tries is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pace"]

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds, and sizes in bytes.

    Attributes:
        function_timeout: The `timeout` of a probe that is to run out of time.
        margin: How much longer it sleeps.
        longest_wait: How long a probe lets the platform wait, at most.
        notification_sleep: How long a probe takes for a notification.
        notification_wait: How long a notification is waited for.
        retry_watch: How long another attempt is waited for.
        schedule_wait: How long a probe's schedule is waited for.
        poll: How often something is looked for.
        settle: How long something may appear that was asked for before the connection was cut.
        largest_body: The largest body that is tried.
        largest_code: The largest code that is tried.
    """

    function_timeout: int = 3
    margin: int = 3
    longest_wait: int = 40
    notification_sleep: int = 5
    notification_wait: float = 60.0
    retry_watch: float = 90.0
    schedule_wait: float = 150.0
    poll: float = 2.0
    settle: float = 60.0
    largest_body: int = 8 * _MEGABYTE
    largest_code: int = _MEGABYTE
