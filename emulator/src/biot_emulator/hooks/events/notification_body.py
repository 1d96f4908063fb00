"""The body that a notification plugin receives (contract section 3.2)."""

from __future__ import annotations

from typing import Any

from biot_emulator.services.entity_changes import EntityChange
from biot_emulator.state.timestamps import timestamp_to_the_microsecond

__all__ = ["notification_body"]


def notification_body(change: EntityChange, token: str) -> dict[str, Any]:
    """Return what a notification plugin receives.

    Args:
        change: The action that it is notified of.
        token: The platform's token.
    """
    caller, old = change.call.caller, change.old_entity
    return {
        "metadata": {
            "entityTypeName": change.entity_type,
            "actionName": change.action,
            "status": "SUCCESS",
            "startTime": timestamp_to_the_microsecond(change.start),
            "endTime": timestamp_to_the_microsecond(change.end),
            "initiator": {
                "subject": {"id": caller.subject_id if caller else None},
                "sourceIpAddress": change.call.source_ip,
            },
        },
        "data": {"entity": change.entity, "additionalData": {} if old is None else {"oldEntity": old}},
        "jwt": token,
    }
