"""What a plugin received, replied and called in one invocation, together: what a recording is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from biot_emulator.api.errors import ApiError
from biot_emulator.invocations.history import Invocations
from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.history import CallHistory
from biot_emulator.wire_json import to_text

__all__ = ["Exchanges", "NotRecordable"]

Document = dict[str, Any]

#: What a plugin calls for itself, and no handler sees.
_OWN_CALLS = ("/ums/v2/services/accessToken", "/ums/v1/security/public-key")
_LEFT_OUT = ", left out>"


class NotRecordable(ApiError):
    """An invocation cannot be recorded: nobody would replace what identifies people, or it is too large."""

    status_code = 409
    code = "NOT_RECORDABLE"


class Exchanges:
    """Shows invocations with all that belongs to them, and has them recorded.

    Args:
        calls: The calls.
        invocations: The invocations.
        timelines: Shows calls.
        write: Writes the recording of a document, and returns its file; None where nobody can.
    """

    def __init__(
        self,
        calls: CallHistory,
        invocations: Invocations,
        timelines: Timelines,
        write: Callable[[Document], Path] | None = None,
    ) -> None:
        self._calls = calls
        self._invocations = invocations
        self._timelines = timelines
        self._write = write

    @property
    def can_record(self) -> bool:
        """Whether invocations can be recorded here."""
        return self._write is not None

    def record(self, id: str) -> Path | None:
        """Have an invocation recorded, and return the file; None where there is no such invocation.

        Raises:
            NotRecordable: It cannot be.
        """
        if self._write is None:
            raise NotRecordable("This emulator cannot replace what identifies people: run biot-plugin record --from")
        document = self.document(id)
        return None if document is None else self._write(document)

    def document(self, id: str) -> Document | None:
        """Return an invocation as JSON; None where there is none, or it is forgotten.

        Raises:
            NotRecordable: It goes on, or is not recorded as it was.
        """
        record = self._invocations.get(id)
        if record is None:
            return None
        if record["pending"]:
            raise NotRecordable("The invocation goes on: record it when it has ended")
        event = _with_text(self._invocations.event(id))
        if _is_left_out(event) or _is_left_out(event.get("body") if isinstance(event, dict) else None):
            raise NotRecordable("The event is too large: not all of it is known any more")
        return {
            "id": id,
            "time": record["time"],
            "plugin": record["plugin"],
            "event": event,
            "reply": _reply(record),
            "durationMs": record["durationMs"],
            "calls": list(self._made(record)),
        }

    def _made(self, record: Document) -> Iterator[Document]:
        """Yield the calls that the plugin made, in their order, with their answers."""
        call = self._calls.get(record["callId"] or "")
        for step in call.steps if call else ():
            if step.invocation and step.invocation.id == record["id"]:
                for id in step.calls:
                    made = self._timelines.document(id)
                    if made and made["request"] and made["request"]["path"] not in _OWN_CALLS:
                        yield _answered(made)


def _answered(made: Document) -> Document:
    request, response = made["request"], made["response"]
    call = {name: request[name] for name in ("method", "path", "query")}
    if response is None:
        return {**call, "error": "unreachable"}
    return {**call, "statusCode": response["statusCode"], "answer": response["body"]}


def _with_text(event: Any) -> Any:
    """Return an event with its body as the text that the plugin received."""
    if isinstance(event, dict) and "headers" in event and isinstance(event.get("body"), dict | list):
        return {**event, "body": to_text(event["body"])}
    return event


def _reply(record: Document) -> Document | None:
    if record["error"]:
        return None
    body = record["reply"]
    return {"statusCode": record["statusCode"], "body": body if isinstance(body, str) else to_text(body)}


def _is_left_out(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(_LEFT_OUT)
