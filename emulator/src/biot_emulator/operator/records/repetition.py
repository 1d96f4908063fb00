"""Does again what happened: each time as a new call, which is linked to the one before."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from biot_emulator.api.call import Call, read_query
from biot_emulator.api.errors import BadRequest, NotKnown, TooManyRequests
from biot_emulator.api.gateway import Gateway
from biot_emulator.event_kind import EventKind, event_kind
from biot_emulator.fixtures.events import prepare_event
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.hooks.background_calls import BackgroundCalls
from biot_emulator.hooks.direct_calls import FunctionUrls
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.hooks.schedule import Schedule
from biot_emulator.invocations.event_files import hidden_parts
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Trigger
from biot_emulator.invocations.summaries import Record
from biot_emulator.operator.records.edits import Edits, NotRepeatable
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.settings.plugin import PREFIX, Plugin
from biot_emulator.services.settings.plugin_addresses import ADDRESS_PATH
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.services.ums.renewed_tokens import CallerGone, RenewedTokens
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import HIDDEN, CallKind, RecordedCall, Sent

__all__ = ["Repeated", "Repetition"]

#: Of what was sent, what a new request has of its own.
_NEW_HEADERS = ("authorization", "traceparent", "content-length", "transfer-encoding", "expect", "connection")
#: Where an event has the headers of the caller, of which those that are secret are never recorded.
_CALLERS_HEADERS = "/body/request/headers/"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A call that goes on in the background.

    Attributes:
        id: Its id.
        done: Is set once it has ended.
    """

    id: str
    done: threading.Event


class Repetition:
    """Sends recorded calls again, and invokes plugins again.

    Args:
        calls: The recorded calls.
        invocations: The recorded invocations.
        plugins: The plugins.
        functions: Runs them.
        function_urls: Passes requests to their addresses.
        schedule: Invokes them on their schedules.
        tokens: Signs the platform's tokens.
        renewed: Signs tokens for callers.

    Attributes:
        gateway: Handles calls of APIs; whoever builds the platform sets it.
    """

    gateway: Gateway

    def __init__(
        self,
        calls: CallHistory,
        invocations: Invocations,
        plugins: Plugins,
        functions: PluginFunctions,
        function_urls: FunctionUrls,
        schedule: Schedule,
        tokens: TokenIssuer,
        renewed: RenewedTokens,
    ) -> None:
        self._calls = calls
        self._invocations = invocations
        self._plugins = plugins
        self._functions = functions
        self._function_urls = function_urls
        self._schedule = schedule
        self._tokens = tokens
        self._renewed = renewed
        self._background = BackgroundCalls("biot-emulator-repeated")

    def close(self) -> None:
        """Wait for what goes on."""
        self._background.close()

    def call(self, id: str, edits: Edits | None = None) -> Repeated:
        """Send a call again, on behalf of the same caller; return the new one, which goes on.

        Args:
            id: The call.
            edits: What is changed of it.

        Raises:
            NotKnown: There is no such call.
            NotRepeatable: It is not recorded as it came, or nobody knows whose it was.
            CallerGone: Its caller cannot call any more.
            BadRequest: What is changed is not valid.
            TooManyRequests: Too many go on.
        """
        call = self._calls.read(id)
        if call is None:
            raise NotKnown(f"There is no call [{id}], or it is forgotten already")
        edits = edits or Edits()
        if call.sent is not None:
            sent = edits.apply(call)
            return self._to_url(call, sent) if call.kind is CallKind.URL else self._to_api(call, sent)
        if not edits.is_empty:
            raise BadRequest("Nothing of it can be changed, as nobody has sent a request: invoke the plugin again")
        if call.kind is CallKind.SCHEDULE:
            return self._on_schedule(call)
        return self.invocation(self._invocation_of(call))

    def invocation(self, id: str, event: Any = None) -> Repeated:
        """Invoke a plugin again, by itself; return the call that records it, which goes on.

        Args:
            id: The invocation.
            event: The event in place of the one that was sent, which may have placeholders as in a file of an event;
                None for the same.

        Raises:
            NotKnown: There is no such invocation, or no such plugin any more.
            NotRepeatable: The event is not recorded as it was sent, or the plugin is not on this platform.
            TooManyRequests: Too many go on.
        """
        record = self._invocations.get(id)
        if record is None:
            raise NotKnown(f"There is no invocation [{id}], or it is forgotten already")
        plugin = self._plugin(record["plugin"])
        event = self._same_event(record) if event is None else event
        if isinstance(event, dict) and isinstance(event.get("headers"), dict):
            event = prepare_event(event, self._tokens.sign_for)
        new = self._calls.begin(
            CallKind.INVOKE,
            plugin=plugin.full_name,
            trace_id=record["traceId"] or "",
            resent_from=record.get("callId"),
        )
        kind = event_kind(event) if isinstance(event, dict) else EventKind.DIRECT
        trigger = Trigger(kind, record["hook"], record["traceId"], new)

        def invoke() -> None:
            with self._calls.ending(new), self._plugins.calling_current(plugin) as current:
                self._functions.invoke(current, event, trigger)

        return self._start(plugin.full_name, new, invoke)

    def _to_api(self, call: RecordedCall, sent: Sent) -> Repeated:
        trace_id = os.urandom(16).hex()
        traceparent = f"00-{trace_id}-{os.urandom(8).hex()}-00"
        headers = self._headers(call, sent, traceparent)
        query = read_query(sent.query)
        sent = sent._replace(headers=headers)
        id = self._calls.begin(CallKind.API, sent, trace_id=trace_id, source_ip=call.source_ip, resent_from=call.id)
        new = Call(
            sent.method, sent.path, query, headers, sent.content,
            trace_id=trace_id, traceparent=traceparent, source_ip=call.source_ip, id=id,
        )  # fmt: skip
        return self._start("", id, partial(self._handle, new))

    def _handle(self, call: Call) -> None:
        response = self.gateway.handle(call)
        try:
            self._calls.finish(call.id, response.status_code, response.headers, response.bytes)
        finally:
            if response.afterwards:
                response.afterwards()

    def _to_url(self, call: RecordedCall, sent: Sent) -> Repeated:
        address, _, below = sent.path[len(ADDRESS_PATH) :].partition("/")
        if not self._function_urls.has(address):
            raise NotKnown("No plugin has this address: it is deleted, or the path is that of another one")
        traceparent = f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-00" if "traceparent" in sent.headers else ""
        request = UrlRequest(
            sent.method, quote(f"/{below}"), sent.query, self._headers(call, sent, traceparent), sent.content,
            call.source_ip,
        )  # fmt: skip
        id = self._function_urls.begin(address, request, call.id)
        return self._start(address, id, lambda: self._function_urls.handle(address, request, id))

    def _headers(self, call: RecordedCall, sent: Sent, traceparent: str) -> dict[str, str]:
        hidden = [name for name, value in sent.headers.items() if value == HIDDEN and name not in _NEW_HEADERS]
        if hidden and call.kind is CallKind.URL:
            names = ", ".join(hidden)
            raise NotRepeatable(
                f"The headers [{names}] had secrets, which are not recorded: send it with your own client"
            )
        headers = {name: value for name, value in sent.headers.items() if name not in (*_NEW_HEADERS, *hidden)}
        if sent.content:
            headers["content-length"] = str(len(sent.content))
        if traceparent:
            headers["traceparent"] = traceparent
        if "authorization" in sent.headers and call.caller is None and not call.public:
            reason = "as the platform did not know its token, which is not recorded: send it with your own client"
            raise NotRepeatable(f"Nobody knows whose call it was, {reason}")
        if call.caller is not None:
            headers["authorization"] = f"Bearer {self._renewed.sign_for(call.caller)}"
        return headers

    def _on_schedule(self, call: RecordedCall) -> Repeated:
        plugin = self._plugin(call.plugin or "")
        if not plugin.config["cronSchedule"]:
            raise BadRequest(f"The plugin [{plugin.full_name}] has no [cronSchedule] any more: give it one first")
        id = self._schedule.begin(plugin, call.id)
        return self._start(plugin.full_name, id, lambda: self._schedule.fire(plugin, id))

    def _start(self, queue: str, id: str, work: Callable[[], object]) -> Repeated:
        repeated = Repeated(id, threading.Event())

        def run() -> None:
            try:
                work()
            except Exception as error:
                self._calls.lose(id, f"The emulator could not finish it: {type(error).__name__}")
            finally:
                repeated.done.set()

        if not self._background.submit(queue, run):
            self._calls.lose(id, "It was not sent: too many others go on")
            raise TooManyRequests("Too many calls are sent again at once: wait for them")
        return repeated

    def _invocation_of(self, call: RecordedCall) -> str:
        for step in call.steps:
            if step.invocation:
                return step.invocation.id
        raise NotRepeatable("The plugin was not invoked: there is no event to send again")

    def _same_event(self, record: Record) -> Any:
        event = self._with_callers_token(self._invocations.event(record["id"]), record)
        hidden = [part for part in hidden_parts(event) if not part.startswith(_CALLERS_HEADERS)]
        if hidden:
            places = ", ".join(hidden[:5])
            raise NotRepeatable(f"What the event had at {places} is not recorded: send an event of your own instead")
        return event

    def _with_callers_token(self, event: Any, record: Record) -> Any:
        """Put a token of the caller where an interceptor receives the headers of the call."""
        call = self._calls.get(record.get("callId") or "")
        headers = _part(_part(_part(event, "body"), "request"), "headers")
        if call is None or call.caller is None or "authorization" not in headers:
            return event
        try:
            token = self._renewed.sign_for(call.caller)
        except CallerGone:
            # An interceptor can do without, and verifies the platform's own token.
            return event
        renewed = {**headers, "authorization": f"Bearer {token}"}
        body = event["body"]
        return {**event, "body": {**body, "request": {**body["request"], "headers": renewed}}}

    def _plugin(self, name: str) -> Plugin:
        if not name.startswith(PREFIX):
            raise NotRepeatable(f"The plugin at [{name}] is not on this platform: send the call again that it was for")
        return self._plugins.get(name)


def _part(value: Any, name: str) -> dict[str, Any]:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}
