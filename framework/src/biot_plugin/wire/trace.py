"""The W3C trace context that follows a call through the platform (contract section 1.2)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Trace:
    """The trace that a call belongs to.

    Attributes:
        traceparent: The header's value, as received or created.
        trace_id: Its 32 hexadecimal digits, which logs and error bodies contain.
    """

    __slots__ = ("trace_id", "traceparent")

    def __init__(self, traceparent: str, trace_id: str) -> None:
        self.traceparent = traceparent
        self.trace_id = trace_id

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Trace:
        """Parse the trace from lower-cased headers, or start a new one where they have no valid trace."""
        header = headers.get("traceparent", "").strip()
        match = _TRACEPARENT.fullmatch(header)
        return cls(header, match[1]) if match else cls.start()

    @classmethod
    def start(cls) -> Trace:
        """Start a new trace."""
        trace_id = os.urandom(16).hex()
        return cls(f"00-{trace_id}-{os.urandom(8).hex()}-01", trace_id)
