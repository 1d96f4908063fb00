"""One event to be replayed, and everything that is the same for each code that gets it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biot_plugin_cli.answers.file import Answers

__all__ = ["Case", "instant_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SEED_BYTES = 8


@dataclass(frozen=True, slots=True)
class Case:
    """An event.

    Attributes:
        position: Its position among all events, from 0 on.
        id: What it is called: the id of a recording, or the path of a file.
        source: File and line of it.
        event: The event, with placeholders in place of its tokens.
        answers: What the platform answers.
        instant: When it happens.
        claims: Those of its caller's token, as far as they are known.
    """

    position: int
    id: str
    source: str
    event: Mapping[str, Any] = field(repr=False)
    answers: Answers = field(repr=False)
    instant: datetime
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def nanoseconds(self) -> int:
        """Its instant, in nanoseconds since 1970."""
        since = self.instant - _EPOCH
        return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000

    @property
    def seed(self) -> int:
        """What its randomness follows from: the same in each run, whatever other events there are."""
        return int.from_bytes(hashlib.sha256(self.id.encode("utf-8", "surrogatepass")).digest()[:_SEED_BYTES], "big")


def instant_of(event: Mapping[str, Any], default: datetime) -> datetime:
    """Return when an event happened, as it says itself.

    Args:
        event: The event.
        default: When it happened if it does not say so.
    """
    context = event.get("requestContext")
    milliseconds = context.get("timeEpoch") if isinstance(context, dict) else None
    try:
        if isinstance(milliseconds, int) and not isinstance(milliseconds, bool) and milliseconds > 0:
            return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
        scheduled = datetime.fromisoformat(str(event.get("time")))
        return scheduled.astimezone(timezone.utc) if scheduled.tzinfo else default
    except (ValueError, OverflowError, OSError):
        return default
