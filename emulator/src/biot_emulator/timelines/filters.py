"""Which calls to list: by plugin, hook, status and trace."""

from __future__ import annotations

import re
from dataclasses import dataclass

from biot_emulator.timelines.recorded_calls import RecordedCall

__all__ = ["STATUSES", "CallFilter"]

STATUSES = re.compile(r"[1-5][0-9]{2}|[1-5]xx|pending|failed|lost")
"""What a status can be looked for by: a number, such a hundred as `4xx`, or a word."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What calls must have in common to be listed; what is None does not matter.

    Attributes:
        plugin: The full name of a plugin that was invoked.
        hook: A kind of hook, such as `PRE_REQUEST`, or what is hooked, such as an apiId.
        status: A status, as STATUSES describes.
        trace: The id of the trace.
        kind: What the call is for, such as `API`.
        roots: Whether to leave out what plugins called.
    """

    plugin: str | None = None
    hook: str | None = None
    status: str | None = None
    trace: str | None = None
    kind: str | None = None
    roots: bool = False

    def matches(self, call: RecordedCall) -> bool:
        """Whether a call is to be listed."""
        return (
            self.trace in (None, call.trace_id)
            and self.kind in (None, call.kind.value)
            and not (self.roots and call.made_by)
            and self._has_status(call)
            and self._has_invocation(call)
        )

    def _has_status(self, call: RecordedCall) -> bool:
        match self.status:
            case None:
                return True
            case "pending":
                return call.pending
            case "failed":
                return call.failed
            case "lost":
                return call.lost is not None
            case status if status.endswith("xx"):
                return call.status_code is not None and str(call.status_code)[0] == status[0]
            case status:
                return str(call.status_code) == status

    def _has_invocation(self, call: RecordedCall) -> bool:
        if self.plugin is None and self.hook is None:
            return True
        invocations = [step.invocation for step in call.steps if step.invocation]
        if self.hook is None and self.plugin == call.plugin:
            return True
        return any(
            self.plugin in (None, invocation.plugin) and self.hook in (None, invocation.kind, invocation.hook)
            for invocation in invocations
        )
