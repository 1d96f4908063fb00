"""The record of an invocation: what a plugin received and returned, without tokens."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import perf_counter
from typing import Any

from biot_emulator.event_kind import EventKind
from biot_emulator.http.response import Response
from biot_emulator.invocations.difference import difference
from biot_emulator.invocations.event_files import raw_body
from biot_emulator.invocations.received_events import MAX_BODY, ReceivedEvent, left_out
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.invocations.summaries import InvocationSummary, Record
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.lambda_function.payload import Payload
from biot_emulator.security.known_secrets import KnownSecrets
from biot_emulator.security.secret_values import named_secrets, secret_fields, secret_variables
from biot_emulator.state.timestamps import timestamp

__all__ = ["Record", "Started", "Trigger", "invocation_record"]

# What nobody knows before the end.
_UNFINISHED: Mapping[str, Any] = {
    "pending": True,
    **dict.fromkeys(("statusCode", "initMs", "cold", "maxMemoryMb", "difference")),
}
_PARTS = {EventKind.PRE_REQUEST: "request", EventKind.POST_REQUEST: "response", EventKind.ADAPT_ENTITY: "response"}


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why a plugin is invoked.

    Attributes:
        kind: The kind of hook.
        hook: The API, the entity type, the action or the schedule.
        trace_id: The trace that the call belongs to.
        call_id: The recorded call that it is for; None where none is recorded.
    """

    kind: EventKind
    hook: str | None = None
    trace_id: str | None = None
    call_id: str | None = None


class Started:
    """An invocation that has begun, with what the plugin is sent: it can be shown before there is any result.

    Args:
        plugin: The plugin's full name, or its address.
        trigger: Why it is invoked.
        event: What its handler receives, or that as it is sent.
        time: The platform's time.
        secrets: Returns texts that must not be in the record.
        variables: The plugin's own environment variables, of which some are secret.
        service_id: The plugin's service user.

    Attributes:
        payload: What is sent. As text: what anybody may send can take twenty times as much memory once it is decoded.
        summary: What is known of it without its contents.
    """

    __slots__ = ("_secrets", "_time", "_trigger", "_variables", "payload", "summary")

    def __init__(
        self,
        plugin: str,
        trigger: Trigger,
        event: Any,
        *,
        time: datetime,
        secrets: Callable[[], Iterable[str]],
        variables: Mapping[str, str],
        service_id: str | None = None,
    ) -> None:
        self.payload = Payload.of(event)
        self._trigger = trigger
        self._time = time
        self._secrets = secrets
        self._variables = variables
        self.summary = InvocationSummary(
            plugin,
            trigger.kind.name,
            self._shown_hook(),
            trigger.trace_id,
            trigger.call_id,
            service_id,
            timestamp(time),
        )

    def record(
        self,
        invocation: Invocation | None = None,
        time: datetime | None = None,
        secrets: Iterable[str] | None = None,
    ) -> Record:
        """Return the record of the invocation: with its result, or as far as it is by now.

        Args:
            invocation: The result; None where there is none yet.
            time: The platform's time at the end; None where that has not come.
            secrets: The secrets at the end; None for those of now.
        """
        record = invocation_record(
            self.summary.plugin,
            self._trigger,
            self.payload.event,
            invocation or self._unfinished(),
            time=time or self._time,
            secrets=self.secrets() if secrets is None else secrets,
            variables=self._variables,
            id=self.summary.id,
        )
        return record if invocation else {**record, **_UNFINISHED}

    def raw_body(self, record: Record) -> str | None:
        """Return the body of the event as it came, where the record does not say that."""
        is_direct = self._trigger.kind is EventKind.DIRECT
        return raw_body(self.payload.event, record) if is_direct else None

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that must not be in the record, as they are by now."""
        return tuple(self._secrets())

    def _shown_hook(self) -> str | None:
        hook = self._trigger.hook
        if hook is None or self._trigger.kind is not EventKind.DIRECT:
            return hook and _shown(hook)
        # A path, of which anybody may have written any part.
        return _shown(hook, self.secrets(), tuple(self._variables.items()))

    def _unfinished(self) -> Invocation:
        duration_ms = (perf_counter() - self.summary.began) * 1000
        return Invocation(None, Response(0), None, duration_ms, None, 0, [], cold=False)


@lru_cache(maxsize=64)
def _shown(hook: str, secrets: tuple[str, ...] = (), variables: tuple[tuple[str, str], ...] = ()) -> str:
    """Return a hook without secrets: mostly, a plugin is invoked for the same few."""
    return str(Redaction()(_hiding(secrets, variables).text(hook)))


@lru_cache(maxsize=64)
def _hiding(secrets: tuple[str, ...], variables: tuple[tuple[str, str], ...]) -> KnownSecrets:
    """Return what hides secrets, and those in variables: mostly, a plugin has the same ones at each call."""
    return KnownSecrets((*secrets, *secret_variables(dict(variables))))


def invocation_record(
    plugin: str,
    trigger: Trigger,
    event: Any,
    invocation: Invocation,
    *,
    time: datetime,
    secrets: Iterable[str],
    variables: Mapping[str, str],
    id: str | None = None,
) -> Record:
    """Make the record of an invocation.

    Args:
        plugin: The plugin's full name.
        trigger: Why it was invoked.
        event: What its handler received.
        invocation: The result.
        time: The platform's time.
        secrets: Texts that must not be in the record, in whatever form; what is secret in the event is added.
        variables: The plugin's own environment variables, of which some are secret.
        id: The invocation's id; None for a new one.
    """
    sent = ReceivedEvent(event)
    # The values that are known come first: a pattern may take a part out of one, and leave the rest.
    named = [*named_secrets(variables), *secret_fields(sent.readable)]
    values = (*secrets, *secret_variables(variables), *(value for _, value in named))
    hide, redact = KnownSecrets(values, named=named), Redaction()
    received = redact(hide(sent.readable))
    body = received.get("body") if isinstance(received, dict) else None
    returned = redact(hide(_returned_body(invocation)))
    error = invocation.error
    return {
        "id": id or str(uuid.uuid4()),
        "callId": trigger.call_id,
        "time": timestamp(time),
        "plugin": plugin,
        "kind": trigger.kind.name,
        "hook": redact(hide(trigger.hook)),
        "traceId": trigger.trace_id,
        "input": sent.recorded(received),
        "reply": returned,
        "statusCode": invocation.status_code,
        "difference": _changes(trigger.kind, body, returned),
        "error": error and redact(hide({"type": error.type, "message": error.message, "phase": error.phase})),
        "durationMs": round(invocation.duration_ms, 2),
        "initMs": None if invocation.init_ms is None else round(invocation.init_ms, 2),
        "cold": invocation.cold,
        "maxMemoryMb": invocation.max_memory_mb,
        "logs": redact(hide.lines(invocation.logs)),
        "pending": False,
    }


def _returned_body(invocation: Invocation) -> Any:
    size = len(invocation.response.content)
    if size > MAX_BODY:
        return left_out(size)
    return None if isinstance(invocation.body, bytes) else invocation.body


def _changes(kind: EventKind, received: Any, returned: Any) -> list[dict[str, Any]] | None:
    """Return what an interceptor has changed; None for what nothing can be compared with."""
    part = _PARTS.get(kind)
    if part is None or not all(isinstance(body, dict) and part in body for body in (received, returned)):
        return None
    before, after = received[part], returned[part]
    if kind is EventKind.PRE_REQUEST and isinstance(before, dict) and isinstance(after, dict):
        # Read only, and mostly not sent back.
        before = {name: value for name, value in before.items() if name in after or name != "pathVariables"}
    return difference(before, after)
