"""The last calls, each with its steps, from its first byte on; the oldest are forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from itertools import islice

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.event_kind import EventKind
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.random_ids import random_uuid
from biot_emulator.state.clock import Clock
from biot_emulator.timelines.bare_requests import bounded, form_parts, with_path, withheld, without_secrets
from biot_emulator.timelines.callers import is_login, logged_in, slim
from biot_emulator.timelines.filters import CallFilter
from biot_emulator.timelines.live import Listener, Listeners
from biot_emulator.timelines.masking import bare_headers, masked_exchange
from biot_emulator.timelines.recorded_calls import CallKind, MadeBy, Outcome, RecordedCall, Sent, Step
from biot_emulator.timelines.running import RunningInvocations
from biot_emulator.timelines.stored_calls import StoredCalls

__all__ = ["CallHistory"]

#: Of a call: its steps, what a plugin calls in one of them, and how often it is sent again.
_MAX_STEPS = 1000
_INTERCEPTIONS = frozenset(
    kind.name for kind in (EventKind.PRE_REQUEST, EventKind.ADAPT_ENTITY, EventKind.POST_REQUEST)
)
_OK = 200
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
        self._calls = StoredCalls()
        self._running = RunningInvocations()
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
        caller = caller and slim(caller)
        call = RecordedCall(
            kind,
            bare,
            trace_id,
            self._clock.now(),
            source_ip,
            resent_from,
            plugin,
            id=id or random_uuid(),
            caller=caller,
        )
        if bare:
            call.overhead += sum(map(len, bare.headers.values())) + len(bare.path)
        with self._lock:
            self._number += 1
            call.number = self._number
            if kind is CallKind.URL:
                call.made_by = self._maker(call, caller)
            original = self._calls.get(resent_from or "")
            if original and len(original.resent_as) < _MAX_STEPS:
                original.resent_as = (*original.resent_as, call.id)
            self._calls.add(call, is_anonymous=caller is None and kind in (CallKind.API, CallKind.URL))
            self._change(call)
        return call.id

    def admitted(self, call: Call, route: Route) -> None:
        """Record whose call it is, and which API it is for."""
        with self._lock:
            if record := self._calls.get(call.id):
                record.caller = call.caller and slim(call.caller)
                record.public, record.api_id = route.public, route.api_id
                record.sent = record.sent and with_path(record.sent, call)
                if call.caller:
                    self._calls.identify(call.id)
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
                self._calls.measure(record)
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
            if record.made_by is None and status_code == _OK and (service_user := logged_in(record)):
                # By its own log-in, which it may do while it starts, without a trace.
                record.made_by = self._maker(record, service_user)
            self._grow(record)
        if is_login(record):
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
        if record and is_login(record):
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
            newest_first = self._calls.all()[::-1]
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
            changed = (call.id for call in self._calls.all() if call.version > since)
            return self.listeners.open((*cleared, *changed))

    def clear(self) -> None:
        """Forget all calls; what still happens to them is not recorded."""
        with self._lock:
            self._calls.clear()
            self._version += 1
            self._cleared = self._version
            self.listeners.notify("")

    def _check(self, record: RecordedCall) -> None:
        """Take out of the bodies of a call what is secret in them."""
        request, response = record.sent.content if record.sent else b"", record.response
        # Without the lock: it may take a while.
        sent, received = masked_exchange(request, response, _LOGIN_FIELDS if is_login(record) else ())
        with self._lock:
            if record.checked:
                return
            record.checked, record.response = True, received
            record.response_headers = bare_headers(record.response_headers)
            if record.sent and sent != request:
                reason = "The body had secrets, which are not recorded: send the call with a body of your own"
                record.sent = record.sent._replace(content=sent, withheld=reason)
            self._calls.measure(record)

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
        self._calls.measure(record)
        self._change(record)

    def _change(self, record: RecordedCall) -> None:
        self._version += 1
        record.version = self._version
        if self.listeners:
            self.listeners.notify(record.id)
