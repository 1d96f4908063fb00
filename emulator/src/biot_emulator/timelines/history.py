"""The last calls, each with its steps, from its first byte on; the oldest are forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from itertools import islice
from typing import Any

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.event_kind import EventKind
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.security.well_known_ids import PLATFORM_SERVICE_ID
from biot_emulator.state.clock import Clock
from biot_emulator.timelines.bare_requests import bounded, form_parts, with_path, withheld, without_secrets
from biot_emulator.timelines.filters import CallFilter
from biot_emulator.timelines.live import Listener, Listeners
from biot_emulator.timelines.masking import bare_headers, masked_exchange, readable
from biot_emulator.timelines.recorded_calls import CallKind, MadeBy, Outcome, RecordedCall, Sent, Step, new_id
from biot_emulator.timelines.running import RunningInvocations

__all__ = ["LOGIN_PATH", "CallHistory"]

LOGIN_PATH = "/ums/"
"""The service whose calls have passwords, codes and tokens: they are taken out at once."""

_MAX_CALLS = 10_000
_MAX_BYTES = 64 * 1024 * 1024
#: Of calls without a token, which anybody may make: they do not push out all others.
_MAX_ANONYMOUS = 2000
#: Of a call: its steps, what a plugin calls in one of them, and how often it is sent again.
_MAX_STEPS = 1000
_INTERCEPTIONS = frozenset(
    kind.name for kind in (EventKind.PRE_REQUEST, EventKind.ADAPT_ENTITY, EventKind.POST_REQUEST)
)
_OK = 200
_SERVICE_LOGIN = "POST/ums/v2/services/accessToken"
_LOGIN_FIELDS = ("code",)


class CallHistory:
    """Records calls while they happen. Safe for several threads.

    Args:
        clock: The platform's time.

    Attributes:
        listeners: Who is told of each change.
    """

    def __init__(self, clock: Clock) -> None:
        self.listeners = Listeners()
        self._clock = clock
        self._lock = threading.RLock()
        self._calls: OrderedDict[str, RecordedCall] = OrderedDict()
        self._anonymous: OrderedDict[str, None] = OrderedDict()
        self._running = RunningInvocations()
        self._bytes = 0
        self._number = 0
        self._version = 0
        #: The version at which all calls were forgotten last.
        self._cleared = 0

    def begin(
        self,
        kind: CallKind,
        sent: Sent | None = None,
        *,
        trace_id: str = "",
        source_ip: str = "",
        plugin: str | None = None,
        caller: Caller | None = None,
        resent_from: str | None = None,
        id: str | None = None,
    ) -> str:
        """Record that a call has come; return its id.

        Args:
            kind: What it is for.
            sent: What was sent, as far as it is there; its headers still have what is secret.
            trace_id: The trace that it belongs to.
            source_ip: The caller's address.
            plugin: The plugin that it is for.
            caller: The caller, where that is known by now.
            resent_from: The id of the call that it repeats.
            id: Its id; None for a new one.
        """
        bare = sent and bounded(without_secrets(sent))
        caller = caller and _slim(caller)
        call = RecordedCall(
            kind, bare, trace_id, self._clock.now(), source_ip, resent_from, plugin, id=id or new_id(), caller=caller
        )
        if bare:
            call.overhead += sum(map(len, bare.headers.values())) + len(bare.path)
        with self._lock:
            self._number += 1
            call.number = self._number
            if kind is CallKind.URL:
                call.made_by = self._maker(call, caller)
            self._calls[call.id] = call
            if caller is None and kind in (CallKind.API, CallKind.URL):
                self._anonymous[call.id] = None
            original = self._calls.get(resent_from or "")
            if original and len(original.resent_as) < _MAX_STEPS:
                original.resent_as = (*original.resent_as, call.id)
            self._bytes += call.measure()
            self._make_room()
            self._change(call)
        return call.id

    def admitted(self, call: Call, route: Route) -> None:
        """Record whose call it is, and which API it is for."""
        with self._lock:
            if record := self._calls.get(call.id):
                record.caller = call.caller and _slim(call.caller)
                record.public, record.api_id = route.public, route.api_id
                record.sent = record.sent and with_path(record.sent, call)
                if call.caller:
                    self._anonymous.pop(call.id, None)
                record.made_by = self._maker(record, call.caller)
                self._change(record)

    def received(self, call: Call) -> None:
        """Record the body, before anything is done with the call."""
        with self._lock:
            record = self._calls.get(call.id)
            if record and record.sent:
                record.sent = bounded(record.sent._replace(content=call.content, parts=form_parts(call)))
                self._grow(record)

    def handle(self, call: Call, route: Route, handler: Callable[[Call], ApiResponse]) -> ApiResponse:
        """Have an API handle a call, as a step of the call."""
        step = self._begin_step(call.id, api_id=route.api_id)
        if step is None:
            return handler(call)
        try:
            response = handler(call)
        except BaseException as error:
            self._end_step(call.id, step, getattr(error, "status_code", 500))
            raise
        self._end_step(call.id, step, response.status_code)
        return response

    def observe(self, invocation: InvocationSummary) -> None:
        """Record that an invocation has begun, or ended."""
        with self._lock:
            self._running.update(invocation)
            record = self._calls.get(invocation.call_id or "")
            if record is None:
                return
            if invocation.pending and len(record.steps) < _MAX_STEPS:
                record.steps.append(Step(record.elapsed_ms(), invocation))
                self._bytes += record.measure()
            self._change(record)

    def conclude(self, id: str, outcome: Outcome, reason: str | None = None) -> None:
        """Record what became of a call after the plugin that intercepted it last.

        Args:
            id: The call.
            outcome: What became of it.
            reason: Why, for people.
        """
        with self._lock:
            record = self._calls.get(id)
            steps = reversed(record.steps) if record else ()
            step = next((step for step in steps if step.kind in _INTERCEPTIONS), None)
            if record and step and step.outcome is None:
                step.outcome, step.reason = outcome, reason
                self._change(record)

    def miss(self, id: str | None, invocation: InvocationSummary, reason: str) -> None:
        """Record that a plugin was not called, and why.

        Args:
            id: The call.
            invocation: What would have been.
            reason: Why, for people.
        """
        invocation.pending = False
        with self._lock:
            if (record := self._calls.get(id or "")) and len(record.steps) < _MAX_STEPS:
                step = Step(record.elapsed_ms(), invocation, outcome=Outcome.LOST, reason=reason)
                record.steps.append(step)
                self._change(record)

    def finish(self, id: str, status_code: int, headers: Mapping[str, str], content: bytes) -> None:
        """Record the response.

        Args:
            id: The call.
            status_code: The status.
            headers: By lower-case name.
            content: The body's bytes.
        """
        reason = withheld(content)
        with self._lock:
            record = self._calls.get(id)
            if record is None:
                return
            record.status_code, record.duration_ms = status_code, record.elapsed_ms()
            record.response_headers, record.response = headers, b"" if reason else content
            record.response_withheld = reason
            if record.made_by is None and status_code == _OK and (service_user := _logged_in(record)):
                # By its own log-in, which it may do while it starts, without a trace.
                record.made_by = self._maker(record, service_user)
            self._grow(record)
        if _is_login(record):
            # At once: of all others, what is secret is taken out when somebody looks, as the state has it, too.
            self._check(record)

    @contextmanager
    def ending(self, id: str) -> Iterator[None]:
        """Record the end of what is no request: with the status of the plugin that was invoked, or lost."""
        try:
            yield
        except BaseException as error:
            self.lose(id, f"The emulator could not finish it: {type(error).__name__}")
            raise
        with self._lock:
            if record := self._calls.get(id):
                ended = [step.invocation for step in record.steps if step.invocation]
                record.status_code = ended[-1].status_code if ended else None
                record.duration_ms = record.elapsed_ms()
                self._change(record)

    def lose(self, id: str, reason: str) -> None:
        """Record that a call gets no response, and why."""
        with self._lock:
            if (record := self._calls.get(id)) and not record.answered:
                record.lost, record.duration_ms = reason, record.elapsed_ms()
                self._change(record)
        if record and _is_login(record):
            self._check(record)

    def get(self, id: str) -> RecordedCall | None:
        """Return a call as it is by now, for its summary; None where there is none, or it is forgotten."""
        with self._lock:
            return self._calls.get(id)

    def read(self, id: str) -> RecordedCall | None:
        """Return a call with its bodies, without what is secret in them; None where there is none.

        Of one that goes on, it is a copy as of now.
        """
        record = self.get(id)
        if record is None or record.checked:
            return record
        if not record.answered:
            record = copy(record)
        self._check(record)
        return record

    def find(
        self, filter: CallFilter | None = None, *, limit: int = 100, before: int | None = None
    ) -> tuple[list[RecordedCall], int | None]:
        """Find calls, the newest first; also return where to go on, which is None at the end.

        Args:
            filter: Which calls.
            limit: Maximum number of calls to return.
            before: Where to go on: only calls with smaller numbers.
        """
        matches = (filter or CallFilter()).matches
        with self._lock:
            newest_first = list(reversed(self._calls.values()))
        found = (call for call in newest_first if (before is None or call.number < before) and matches(call))
        page = list(islice(found, limit + 1))
        return page[:limit], page[limit - 1].number if len(page) > limit else None

    def listen(self, since: int | None = None) -> Listener:
        """Listen to changes from now on; `listeners.remove` ends it.

        Args:
            since: The version up to which the changes are known; those after it come first, and before them an empty
                id, if all calls have been forgotten meanwhile.

        Raises:
            TooManyRequests: Too many listen.
        """
        with self._lock:
            if since is None:
                return self.listeners.open()
            cleared = [""] if 0 < since < self._cleared else []
            changed = (call.id for call in self._calls.values() if call.version > since)
            return self.listeners.open((*cleared, *changed))

    def clear(self) -> None:
        """Forget all calls; what still happens to them is not recorded."""
        with self._lock:
            self._calls.clear()
            self._anonymous.clear()
            self._bytes = 0
            self._version += 1
            self._cleared = self._version
            self.listeners.notify("")

    def _check(self, record: RecordedCall) -> None:
        """Take out of the bodies of a call what is secret in them."""
        request, response = record.sent.content if record.sent else b"", record.response
        # Without the lock: it may take a while.
        sent, received = masked_exchange(request, response, _LOGIN_FIELDS if _is_login(record) else ())
        with self._lock:
            if record.checked:
                return
            record.checked, record.response = True, received
            record.response_headers = bare_headers(record.response_headers)
            if record.sent and sent != request:
                reason = "The body had secrets, which are not recorded: send the call with a body of your own"
                record.sent = record.sent._replace(content=sent, withheld=reason)
            if self._calls.get(record.id) is record:
                self._bytes += record.measure()

    def _maker(self, record: RecordedCall, caller: Caller | None) -> MadeBy | None:
        made_by = self._running.maker(caller, record.trace_id)
        if made_by is None or made_by.call_id == record.id:
            return None
        if maker := self._calls.get(made_by.call_id or ""):
            for step in maker.steps:
                if step.invocation and step.invocation.id == made_by.invocation_id and len(step.calls) < _MAX_STEPS:
                    step.calls = (*step.calls, record.id)
            self._change(maker)
        return made_by

    def _begin_step(self, id: str, *, api_id: str) -> Step | None:
        with self._lock:
            record = self._calls.get(id)
            if record is None or len(record.steps) >= _MAX_STEPS:
                return None
            step = Step(record.elapsed_ms(), api_id=api_id)
            record.steps.append(step)
            return step

    def _end_step(self, id: str, step: Step, status_code: int) -> None:
        with self._lock:
            if record := self._calls.get(id):
                step.status_code = status_code
                step.duration_ms = round(record.elapsed_ms() - step.start_ms, 2)

    def _grow(self, record: RecordedCall) -> None:
        if record.id in self._calls:
            self._bytes += record.measure()
            self._make_room()
        self._change(record)

    def _change(self, record: RecordedCall) -> None:
        self._version += 1
        record.version = self._version
        if self.listeners:
            self.listeners.notify(record.id)

    def _make_room(self) -> None:
        while len(self._anonymous) > _MAX_ANONYMOUS:
            self._forget(next(iter(self._anonymous)))
        while len(self._calls) > _MAX_CALLS or (self._bytes > _MAX_BYTES and len(self._calls) > 1):
            self._forget(next(iter(self._calls)))

    def _forget(self, id: str) -> None:
        self._bytes -= self._calls.pop(id).size
        self._anonymous.pop(id, None)


def _logged_in(record: RecordedCall) -> Caller | None:
    """Return the service user that a call has logged in; None for every other call."""
    if record.sent is None or record.api_id != _SERVICE_LOGIN:
        return None
    body = readable(record.sent.content)
    id = body.get("id") if isinstance(body, dict) else None
    return Caller(id, "SERVICE_EXTERNAL", "", frozenset()) if isinstance(id, str) else None


@lru_cache(maxsize=1024)
def _slim_caller(*holder: Any) -> Caller:
    id, kind, organization, role, session = holder
    return Caller(id, kind, organization, frozenset(), role, session_id=session)


def _slim(caller: Caller) -> Caller:
    """Return a caller without its permissions, which thousands of calls would hold; the platform has few."""
    if caller.subject_id == PLATFORM_SERVICE_ID:
        return caller
    return _slim_caller(caller.subject_id, caller.token_type, caller.organization_id, caller.role, caller.session_id)


def _is_login(record: RecordedCall) -> bool:
    """Whether it is about somebody's log-in: what such a request has may be a code that is sent to a phone."""
    return record.api_id is not None and LOGIN_PATH in record.api_id
