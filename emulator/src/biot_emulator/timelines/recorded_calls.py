"""A recorded call: what was sent, the steps that it took, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from time import perf_counter
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

from biot_emulator.api.call import Caller
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.random_ids import random_uuid
from biot_emulator.state.timestamps import timestamp

__all__ = ["HIDDEN", "CallKind", "MadeBy", "Outcome", "RecordedCall", "Sent", "Step"]

HIDDEN = "<hidden>"
"""What stands in place of a secret."""

#: What a call takes in memory beside its bodies, and each step of it.
_OVERHEAD, _STEP = 1500, 800
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_SAFE = "/:@!$&'()*+,;=~-._"


class CallKind(Enum):
    """What a call is for."""

    API = "API"
    URL = "URL"
    SCHEDULE = "SCHEDULE"
    INVOKE = "INVOKE"


class Outcome(Enum):
    """What became of a call after a step."""

    PASSED = "PASSED"
    IGNORED = "IGNORED"
    STOPPED = "STOPPED"
    FAILED = "FAILED"
    LOST = "LOST"


class Sent(NamedTuple):
    """A request as it came, without what is secret.

    Attributes:
        method: The HTTP method.
        path: The decoded path.
        query: What is behind the question mark, as it came.
        headers: By lower-case name; of those that are secret, that they were there.
        content: The body's bytes.
        parts: Of a form, which is not recorded: name, file name and size of each part.
        withheld: Why the body is not recorded as it came; None where it is.
        hidden: What else had secrets, which are not recorded: `path`, `query`.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = _NO_HEADERS
    content: bytes = b""
    parts: tuple[tuple[str, str | None, int], ...] = ()
    withheld: str | None = None
    hidden: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The path and the query, as they are in a URL."""
        path = quote(self.path, safe=_SAFE)
        if "path" in self.hidden:
            path = path.replace(quote(HIDDEN), HIDDEN)
        return f"{path}?{self.query}" if self.query else path


@dataclass(frozen=True, slots=True)
class MadeBy:
    """The invocation of a plugin that made a call.

    Attributes:
        call_id: The call that the invocation belongs to; None where none is recorded.
        invocation_id: The invocation.
        plugin: The plugin.
        certain: Whether no other invocation could have made it.
    """

    call_id: str | None
    invocation_id: str
    plugin: str
    certain: bool

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "callId": self.call_id,
            "invocationId": self.invocation_id,
            "plugin": self.plugin,
            "certain": self.certain,
        }


@dataclass(slots=True)
class Step:
    """One step of a call: an invocation of a plugin, or the API itself.

    Attributes:
        start_ms: Milliseconds from the start of the call.
        invocation: The invocation; None for the API itself.
        api_id: The API that handled the call.
        status_code: The status of its response.
        duration_ms: How long it took.
        outcome: What became of the call.
        reason: Why, for people.
        calls: The ids of the calls that the plugin made meanwhile.
    """

    start_ms: float
    invocation: InvocationSummary | None = None
    api_id: str | None = None
    status_code: int | None = None
    duration_ms: float | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    calls: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether it goes on."""
        return self.duration_ms is None if self.invocation is None else self.invocation.pending

    @property
    def failed(self) -> bool:
        """Whether the plugin failed."""
        failed = self.outcome in (Outcome.FAILED, Outcome.IGNORED, Outcome.LOST)
        return failed or bool(self.invocation and self.invocation.error)

    @property
    def kind(self) -> str:
        """The kind of hook, or `API`."""
        return self.invocation.kind if self.invocation else "API"


@dataclass(slots=True, eq=False)
class RecordedCall:
    """A call, from its first byte on.

    Attributes:
        kind: What it is for.
        sent: What was sent; None where nobody sent a request, as for a schedule.
        trace_id: The trace that it belongs to.
        moment: When it came, by the platform's time.
        source_ip: The caller's address.
        resent_from: The id of the call that it repeats.
        plugin: The plugin, where the call is for one.
        number: Counts the calls, for cursors.
        checked: Whether what is secret in its bodies has been taken out.
        version: Counts the changes of all calls, for listeners.
        size: The size in bytes that it has in memory, more or less.
        overhead: The same without bodies and steps.
    """

    kind: CallKind
    sent: Sent | None
    trace_id: str
    moment: datetime
    source_ip: str = ""
    resent_from: str | None = None
    plugin: str | None = None
    number: int = 0
    version: int = 0
    checked: bool = False
    id: str = field(default_factory=random_uuid)
    began: float = field(default_factory=perf_counter)
    caller: Caller | None = None
    public: bool = False
    api_id: str | None = None
    made_by: MadeBy | None = None
    resent_as: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    status_code: int | None = None
    duration_ms: float | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response: bytes = b""
    response_withheld: str | None = None
    lost: str | None = None
    size: int = 0
    overhead: int = _OVERHEAD

    @property
    def time(self) -> str:
        """When it came, as the platform writes times."""
        return timestamp(self.moment)

    @property
    def answered(self) -> bool:
        """Whether it has a response, or never will."""
        return self.duration_ms is not None

    @property
    def pending(self) -> bool:
        """Whether it goes on: itself, or what it caused."""
        return not self.answered or any(step.pending for step in self.steps)

    @property
    def failed(self) -> bool:
        """Whether it was refused or lost, or a plugin failed."""
        refused = self.status_code is not None and self.status_code >= 400
        return refused or self.lost is not None or any(step.failed for step in self.steps)

    def elapsed_ms(self) -> float:
        """Return the milliseconds since it began."""
        return round((perf_counter() - self.began) * 1000, 2)

    def measure(self) -> int:
        """Take the size that it has by now; return how much it has grown."""
        before = self.size
        sent_bytes = len(self.sent.content) + len(self.sent.query) if self.sent else 0
        received_bytes = len(self.response) + sum(map(len, self.response_headers.values()))
        self.size = self.overhead + _STEP * len(self.steps) + sent_bytes + received_bytes
        return self.size - before

    def summary(self) -> dict[str, Any]:
        """Return what a list shows of it, as JSON."""
        invocations = [step.invocation for step in self.steps if step.invocation]
        plugins = dict.fromkeys(invocation.plugin for invocation in invocations)
        return {
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "kind": self.kind.value,
            "time": self.time,
            "method": self.sent.method if self.sent else None,
            "address": self.sent.address if self.sent else None,
            "apiId": self.api_id,
            "statusCode": self.status_code,
            "durationMs": self.duration_ms,
            "pending": self.pending,
            "failed": self.failed,
            "lost": self.lost,
            "traceId": self.trace_id,
            "caller": caller_document(self.caller),
            "plugins": list(plugins) if plugins or not self.plugin else [self.plugin],
            "hooks": [invocation.kind for invocation in invocations],
            "cold": sum(bool(invocation.cold) for invocation in invocations),
            "madeBy": self.made_by and self.made_by.document(),
            "resentFrom": self.resent_from,
        }


def caller_document(caller: Caller | None) -> dict[str, Any] | None:
    """Return who a caller is, as JSON."""
    if caller is None:
        return None
    return {
        "subjectId": caller.subject_id,
        "tokenType": caller.token_type,
        "organizationId": caller.organization_id,
        "role": caller.role,
    }
