"""Handlers of the notification service: one function for each operation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.outbox.messages import Outbox
from biot_emulator.services.outbox.requests import parse_email, parse_sms

__all__ = ["OutboxHandlers"]


@dataclass(frozen=True, slots=True)
class OutboxHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        outbox: Where messages are stored instead of being sent.
    """

    outbox: Outbox

    def add_attachment(self, call: Call) -> ApiResponse:
        """Store an attachment; the response has its key."""
        part = call.form.get("file")
        if part is None:
            raise BadRequest("The body must be a multipart form with the part [file]")
        return ApiResponse(200, {"key": self.outbox.attach(part.filename or "file", part.content)})

    def send_email(self, call: Call) -> ApiResponse:
        """Store a mail."""
        mail = parse_email(call.object)
        attachments = self._attachments(mail.pop("attachmentsKeysAndNames"))
        self.outbox.add("EMAIL", {**mail, "attachments": attachments}, sender_id=_caller_id(call))
        return ApiResponse(200)

    def send_sms(self, call: Call) -> ApiResponse:
        """Store a text message."""
        message_id = str(uuid.uuid4())
        self.outbox.add("SMS", {**parse_sms(call.object), "messageId": message_id}, sender_id=_caller_id(call))
        return ApiResponse(200, {"messageId": message_id})

    def _attachments(self, names: dict[str, str]) -> list[dict[str, Any]]:
        attachments = []
        for key, name in names.items():
            attachment = self.outbox.attachment(key)
            if attachment is None:
                message = (
                    "[attachmentsKeysAndNames] has a key of no attachment, or of one that had to make room: add it"
                )
                raise BadRequest(f"{message} again", key=key)
            attachments.append({"key": key, "name": name, "size": attachment["size"]})
        return attachments


def _caller_id(call: Call) -> str | None:
    return call.caller.subject_id if call.caller else None
