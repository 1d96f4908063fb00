"""The invocations that go on, so that it is known which of them makes a call."""

from __future__ import annotations

from biot_emulator.api.call import Caller
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.timelines.recorded_calls import MadeBy

__all__ = ["RunningInvocations"]

_Invocations = dict[str, InvocationSummary]


class RunningInvocations:
    """Finds the invocation that makes a call: by the plugin's service user and the trace. Not safe for several threads.

    A plugin is told the trace of the call that it is for, and passes it on with its own calls. Where several
    invocations of one plugin in one trace go on at once, the one that began last is taken, and said to be uncertain.
    """

    def __init__(self) -> None:
        self._by_service: dict[str, _Invocations] = {}
        self._by_trace: dict[str, _Invocations] = {}

    def update(self, invocation: InvocationSummary) -> None:
        """Take notice that an invocation has begun, or ended."""
        for index, key in ((self._by_service, invocation.service_id), (self._by_trace, invocation.trace_id)):
            if key is None:
                continue
            if invocation.pending:
                index.setdefault(key, {})[invocation.id] = invocation
            elif running := index.get(key):
                running.pop(invocation.id, None)
                if not running:
                    del index[key]

    def maker(self, caller: Caller | None, trace_id: str) -> MadeBy | None:
        """Return which invocation makes a call; None where no plugin does.

        Args:
            caller: The caller; None where it needs no token, as for a log-in.
            trace_id: The trace of the call.
        """
        if caller is not None and not caller.is_service:
            return None
        in_trace = self._by_trace.get(trace_id, {})
        own = self._by_service.get(caller.subject_id, {}) if caller else {}
        candidates = [own[id] for id in own if id in in_trace] or list(own.values())
        # Of a plugin elsewhere, the platform does not know the service user.
        candidates = candidates or [invocation for invocation in in_trace.values() if _may_be(invocation, caller)]
        if not candidates:
            return None
        last = candidates[-1]
        return MadeBy(last.call_id, last.id, last.plugin, certain=len(candidates) == 1)


def _may_be(invocation: InvocationSummary, caller: Caller | None) -> bool:
    return caller is None or invocation.service_id is None
