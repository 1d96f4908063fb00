"""The W3C trace context that follows a call through the platform (contract section 1.2)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import NamedTuple

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Trace(NamedTuple):
    """Where a call belongs.

    Attributes:
        traceparent: The header's value, as it came or as it was made.
        trace_id: Its 32 hexadecimal digits that logs and error bodies carry.
    """

    traceparent: str
    trace_id: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Trace:
        """Reads the trace from lower-cased headers, or starts one where they have none that is valid."""
        header = headers.get("traceparent", "").strip()
        match = _TRACEPARENT.fullmatch(header)
        return cls(header, match[1]) if match else cls.start()

    @classmethod
    def start(cls) -> Trace:
        """Starts a trace of its own."""
        trace_id = os.urandom(16).hex()
        return cls(f"00-{trace_id}-{os.urandom(8).hex()}-01", trace_id)


current_trace: ContextVar[Trace | None] = ContextVar("current_trace", default=None)
