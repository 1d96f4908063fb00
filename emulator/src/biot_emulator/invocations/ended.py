"""An invocation that has ended, of which the record is made once somebody looks at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from biot_emulator.invocations.records import Started
from biot_emulator.invocations.summaries import Record
from biot_emulator.lambda_function.invocation import Invocation

__all__ = ["Ended"]

#: What it takes in memory beside its contents.
_OVERHEAD = 2000


class Ended:
    """The end of an invocation. Nobody waits for its record: to find what is secret takes as long as the call itself.

    Args:
        started: What has begun.
        invocation: The result.
        time: The platform's time, which the record has; None for that of its start.
        unknown: What is not known of it, by its name in the record.

    Attributes:
        started: What has begun.
        size: The size in bytes that it has in memory, more or less.
    """

    __slots__ = ("_invocation", "_secrets", "_time", "_unknown", "size", "started")

    def __init__(
        self, started: Started, invocation: Invocation, time: datetime | None = None, unknown: Record | None = None
    ) -> None:
        self.started = started
        # The reply is in the response, and takes more memory once it is decoded.
        self._invocation = invocation._replace(reply=None)
        self._time = time
        self._unknown = unknown or {}
        # Those of now: whatever becomes of them, the record must not have any.
        self._secrets = started.secrets()
        contents = len(started.payload) + len(invocation.response.content) + sum(map(len, invocation.logs))
        self.size = _OVERHEAD + contents

    def record(self) -> Record:
        """Return the record of the invocation, without what is secret."""
        return {**self.started.record(self._invocation, self._time, self._secrets), **self._unknown}

    def raw_body(self, record: Record) -> str | None:
        """Return the body of the event as it came, where the record does not say that."""
        return self.started.raw_body(record)

    def outline(self) -> dict[str, Any]:
        """Return what the record says beside its contents, as far as nothing of it can be secret."""
        invocation = self._invocation
        return {
            "statusCode": invocation.status_code,
            "durationMs": round(invocation.duration_ms, 2),
            "initMs": None if invocation.init_ms is None else round(invocation.init_ms, 2),
            "cold": invocation.cold,
            "maxMemoryMb": invocation.max_memory_mb,
            **self._unknown,
        }

    @property
    def is_failed(self) -> bool:
        """Whether there is an error, which its summary names."""
        return self._invocation.error is not None
