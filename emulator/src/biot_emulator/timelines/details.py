"""A call as one timeline: what was sent, each step with what it changed, what came of it, and what it caused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biot_emulator.event_kind import EventKind
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.summaries import Record
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.log_entries import log_entries
from biot_emulator.timelines.masking import Masking, is_text, readable
from biot_emulator.timelines.recorded_calls import Outcome, RecordedCall, Sent, Step
from biot_emulator.wire_json import encode, to_text

__all__ = ["Timelines"]

Document = dict[str, Any]

#: What a step shows of its contents: a page with megabytes of JSON is of no use, and they are there by themselves.
_MAX_CONTENT = 256 * 1024
_PARTS = {
    EventKind.PRE_REQUEST.name: "request",
    EventKind.POST_REQUEST.name: "response",
    EventKind.ADAPT_ENTITY.name: "response",
}


class Timelines:
    """Shows recorded calls, with what plugins received and returned.

    Args:
        calls: The calls.
        invocations: The invocations.
        masking: Hides what is secret.
    """

    def __init__(self, calls: CallHistory, invocations: Invocations, masking: Masking) -> None:
        self._calls = calls
        self._invocations = invocations
        self._masking = masking

    def document(self, id: str) -> Document | None:
        """Return a call with all of its steps, as JSON; None where there is none, or it is forgotten."""
        call = self._calls.read(id)
        if call is None:
            return None
        steps = list(call.steps)
        records = [self._content(step) for step in steps]
        request = self._request(call.sent) if call.sent else None
        return {
            **self.summaries([call])[0],
            "resentAs": list(call.resent_as),
            "sourceIp": call.source_ip or None,
            "request": request,
            "response": self._response(call),
            "steps": [
                self._step(step, records[index]) | self._sides(call, index, steps, records)
                for index, step in enumerate(steps)
            ],
        }

    def summaries(self, calls: Sequence[RecordedCall]) -> list[Document]:
        """Return what a list shows of calls, as JSON; somebody may have put a secret into an address."""
        documents = [call.summary() for call in calls]
        addresses = self._masking([document["address"] for document in documents])
        return [{**document, "address": address} for document, address in zip(documents, addresses, strict=True)]

    def shown(self, call: RecordedCall) -> Sent | None:
        """Return the request of a call without what is secret; None where there is none."""
        sent = call.sent
        if sent is None:
            return None
        value, content = readable(sent.content), sent.content
        masked = self._masking(value)
        if masked != value:
            content = masked.encode() if isinstance(masked, str) else encode(masked)
        path, query, headers = self._masking([sent.path, sent.query, dict(sent.headers)])
        hidden = sent.hidden if path == sent.path else (*sent.hidden, "path")
        return sent._replace(path=path, query=query, headers=headers, content=content, hidden=hidden)

    def _request(self, sent: Sent) -> Document:
        address, query, headers = self._masking([sent.address, sent.query, dict(sent.headers)])
        return {
            "method": sent.method,
            "address": address,
            "path": address.partition("?")[0],
            "query": query,
            "headers": headers,
            **self._body(sent.content),
            "parts": [{"name": name, "filename": file, "bytes": size} for name, file, size in sent.parts],
            "withheld": sent.withheld,
        }

    def _response(self, call: RecordedCall) -> Document | None:
        if call.status_code is None or call.sent is None:
            return None
        return {
            "statusCode": call.status_code,
            "headers": self._masking(dict(call.response_headers)),
            **self._body(call.response),
            "withheld": call.response_withheld,
        }

    def _body(self, content: bytes) -> Document:
        """Return a body as a value, and as a text where that differs from how the platform writes the value."""
        value = self._masking(readable(content)) if content else None
        text = None if isinstance(value, str) else self._text(content, value)
        return {"body": value, "text": text, "bytes": len(content), "binary": not is_text(content)}

    def _text(self, content: bytes, value: Any) -> str | None:
        if not content or not is_text(content):
            return None
        text = str(self._masking(content.decode()))
        return None if text == to_text(value) else text

    def _content(self, step: Step) -> Record | None:
        invocation = step.invocation
        if invocation is None or invocation.size > _MAX_CONTENT:
            return None
        return self._invocations.get(invocation.id)

    def _step(self, step: Step, record: Record | None) -> Document:
        invocation = step.invocation
        made = [made for id in step.calls if (made := self._calls.get(id))]
        return {
            "kind": step.kind,
            "startMs": step.start_ms,
            "pending": step.pending,
            "failed": step.failed,
            "outcome": step.outcome and step.outcome.value,
            "reason": step.reason,
            "apiId": step.api_id,
            "statusCode": invocation.status_code if invocation else step.status_code,
            "durationMs": invocation.duration_ms if invocation else step.duration_ms,
            "invocation": invocation and invocation.document(),
            "error": record and record["error"],
            "logs": log_entries(record["logs"]) if record else [],
            "contents": record is not None or invocation is None,
            "calls": self.summaries(made),
        }

    def _sides(
        self, call: RecordedCall, index: int, steps: Sequence[Step], records: Sequence[Record | None]
    ) -> Document:
        """Return what was there before a step and after it, and the difference."""
        record = records[index]
        if steps[index].invocation is None:
            before, after = self._before_api(call, index, steps, records), self._after_api(call, index, steps, records)
            return {"before": before, "after": after, "difference": None}
        if record is None:
            return {"before": None, "after": None, "difference": None}
        before, after = _before(record), _after(record)
        return {"before": before, "after": after, "difference": record["difference"]}

    def _before_api(
        self, call: RecordedCall, index: int, steps: Sequence[Step], records: Sequence[Record | None]
    ) -> Any:
        """Return the request as the API received it: as the last plugin left it whose reply counted."""
        for step, record in reversed(list(zip(steps[:index], records[:index], strict=True))):
            if step.kind == EventKind.PRE_REQUEST.name and step.outcome is Outcome.PASSED and record:
                return _merged(_before(record), _after(record))
        return self._request(call.sent) if call.sent else None

    def _after_api(
        self, call: RecordedCall, index: int, steps: Sequence[Step], records: Sequence[Record | None]
    ) -> Any:
        """Return the response of the API, as the first plugin after it received it, or as the caller did."""
        if steps[index].pending:
            return None
        for step, record in zip(steps[index + 1 :], records[index + 1 :], strict=True):
            if step.kind in (EventKind.ADAPT_ENTITY.name, EventKind.POST_REQUEST.name):
                return record and _before(record)
        return self._response(call)


def _body(record: Record) -> Any:
    event = record["input"]
    return event.get("body") if isinstance(event, dict) and "headers" in event else event


def _before(record: Record) -> Any:
    body, part = _body(record), _PARTS.get(record["kind"])
    return body.get(part) if part and isinstance(body, dict) else body


def _after(record: Record) -> Any:
    if record["error"]:
        # What its address responds with is not the plugin's.
        return None
    reply, part = record["reply"], _PARTS.get(record["kind"])
    return reply[part] if part and isinstance(reply, dict) and part in reply else reply


def _merged(before: Any, after: Any) -> Any:
    """Return a request with what a plugin has changed of it; of what is too large, no more than a note is recorded."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {**before, **after}
    return before if after is None else after
