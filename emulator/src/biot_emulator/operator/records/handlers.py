"""Handlers of what happened: calls with their steps, live and afterwards, and again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest, NotKnown
from biot_emulator.api.response import ApiResponse
from biot_emulator.invocations.history import Invocations
from biot_emulator.operator.parameters import parameter, truth, whole_number
from biot_emulator.operator.records.edits import Edits, NotRepeatable
from biot_emulator.operator.records.event_folder import EventFolder
from biot_emulator.operator.records.exchanges import Exchanges
from biot_emulator.operator.records.live_stream import LiveStream
from biot_emulator.operator.records.repetition import Repeated, Repetition
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.timelines.curl import curl_command
from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.filters import STATUSES, CallFilter
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import CallKind

__all__ = ["RecordHandlers"]

_DEFAULT_LIMIT = 100
_MAX_LIMIT = 10_000
_MAX_NUMBER = 10**15
_WAIT_SECONDS = 60.0
_KINDS = tuple(kind.value for kind in CallKind)
_T = TypeVar("_T")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class RecordHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        calls: The last calls.
        invocations: The last invocations.
        timelines: Shows calls with their steps.
        repetition: Does them again.
        events: Saves events.
        exchanges: Has invocations recorded.
        public_address: Where the platform is.
    """

    calls: CallHistory
    invocations: Invocations
    timelines: Timelines
    repetition: Repetition
    events: EventFolder
    exchanges: Exchanges
    public_address: PublicAddress

    def list_calls(self, call: Call) -> ApiResponse:
        """Return the last calls without their contents, the newest first."""
        limit = whole_number(call, "limit", _MAX_LIMIT) or _DEFAULT_LIMIT
        page, following = self.calls.find(_filter(call), limit=limit, before=whole_number(call, "before", _MAX_NUMBER))
        return ApiResponse(200, {"data": self.timelines.summaries(page), "before": following})

    def read_call(self, call: Call) -> ApiResponse:
        """Return a call with its steps."""
        document = self.timelines.document(call.variables["id"])
        if document is None:
            raise _no_call(call)
        return ApiResponse(200, document)

    def clear_calls(self, _: Call) -> ApiResponse:
        """Forget all calls and invocations."""
        self.calls.clear()
        self.invocations.clear()
        return ApiResponse(204)

    def listen(self, call: Call) -> ApiResponse:
        """Send what happens as it happens, from where the reader has been before."""
        since = whole_number(call, "since", _MAX_NUMBER)
        last = call.headers.get("last-event-id", "")
        if last.isascii() and last.isdigit() and len(last) < len(str(_MAX_NUMBER)):
            since = int(last)
        return ApiResponse(200, stream=LiveStream(self.calls, self.timelines, since))

    def write_curl(self, call: Call) -> ApiResponse:
        """Return a call as a command of curl."""
        record = self.calls.read(call.variables["id"])
        if record is None:
            raise _no_call(call)
        sent = self.timelines.shown(record)
        if sent is None:
            raise NotRepeatable("There is no request of it: nobody has sent one")
        if sent.withheld and not sent.content:
            raise NotRepeatable(sent.withheld)
        command = curl_command(sent, self.public_address.url)
        headers = {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}
        return ApiResponse(200, headers=headers, content=f"{command}\n".encode())

    def resend(self, call: Call) -> ApiResponse:
        """Send a call again, with what is changed of it."""
        edits = Edits.read(call.object if call.content.strip() else {})
        return self._repeated(call, self.repetition.call(call.variables["id"], edits))

    def list_invocations(self, call: Call) -> ApiResponse:
        """Return the last invocations without their contents, those that go on first, then the newest first."""
        limit = whole_number(call, "limit", _MAX_LIMIT) or _DEFAULT_LIMIT
        plugin, trace = parameter(call, "plugin"), parameter(call, "trace")
        matching = [
            summary
            for summary in self.invocations.summaries()
            if plugin in (None, summary.plugin) and trace in (None, summary.trace_id)
        ]
        self.invocations.complete(matching[:limit])
        data = [summary.document() for summary in matching[:limit]]
        return ApiResponse(200, {"data": data, "totalResults": len(matching)})

    def repeat_invocation(self, call: Call) -> ApiResponse:
        """Invoke a plugin again, with the same event or with the one in the body."""
        event = call.json if call.content.strip() else None
        return self._repeated(call, self.repetition.invocation(call.variables["id"], event))

    def read_event(self, call: Call) -> ApiResponse:
        """Return the event of an invocation as a file of an event has it, to be downloaded."""
        event, id = self._event(call), call.variables["id"]
        disposition = f'attachment; filename="event-{_UNSAFE.sub("", id)[:8]}.json"'
        return ApiResponse(200, event, {"content-disposition": disposition})

    def save_event(self, call: Call) -> ApiResponse:
        """Save the event of an invocation among the plugin's events."""
        name = Fields(call.object).text("name", most=200)
        file = self.events.save(name, self._event(call))
        return ApiResponse(201, {"path": str(file), "name": file.name})

    def read_exchange(self, call: Call) -> ApiResponse:
        """Return an invocation with the calls that the plugin made, and their answers."""
        return ApiResponse(200, _known(call, self.exchanges.document(call.variables["id"])))

    def record(self, call: Call) -> ApiResponse:
        """Have an invocation recorded, with stand-ins for what identifies people."""
        file = _known(call, self.exchanges.record(call.variables["id"]))
        return ApiResponse(201, {"path": str(file), "name": file.name})

    def _event(self, call: Call) -> object:
        event = self.invocations.event(call.variables["id"])
        return _known(call, event)

    def _repeated(self, call: Call, repeated: Repeated) -> ApiResponse:
        """Return the new call: once it has ended, or at once if nobody wants to wait."""
        ended = truth(call, "wait") is not False and repeated.done.wait(_WAIT_SECONDS)
        record = self.calls.get(repeated.id)
        summary = self.timelines.summaries([record])[0] if record else {"id": repeated.id}
        return ApiResponse(201 if ended else 202, summary)


def _known(call: Call, value: _T | None) -> _T:
    if value is None:
        raise NotKnown(f"There is no invocation [{call.variables['id']}], or it is forgotten already")
    return value


def _filter(call: Call) -> CallFilter:
    status, kind = parameter(call, "status"), parameter(call, "kind")
    if status is not None and not STATUSES.fullmatch(status):
        raise BadRequest(
            "The parameter [status] must be a number, such as 404, or one of 2xx, 4xx, pending, failed, lost"
        )
    if kind not in (None, *_KINDS):
        raise BadRequest(f"The parameter [kind] must be one of {', '.join(_KINDS)}")
    return CallFilter(
        plugin=parameter(call, "plugin"),
        hook=parameter(call, "hook"),
        status=status,
        trace=parameter(call, "trace"),
        kind=kind,
        roots=truth(call, "roots") or False,
    )


def _no_call(call: Call) -> NotKnown:
    return NotKnown(f"There is no call [{call.variables['id']}], or it is forgotten already")
