"""The body that a notification plugin receives (contract section 3.2)."""

from __future__ import annotations

from typing import Any

from biot_emulator.behaviour.settings import Notifications
from biot_emulator.services.entity_changes import EntityChange
from biot_emulator.state.timestamps import timestamp_to_the_microsecond

__all__ = ["notification_body"]

#: Calls do not know the port that they came from, and nobody can need it.
_PORT = 41822


def notification_body(change: EntityChange, token: str, behaviour: Notifications) -> dict[str, Any]:
    """Return what a notification plugin receives.

    Args:
        change: The action that it is notified of.
        token: The platform's token.
        behaviour: What the platform puts where nobody publishes it.
    """
    caller, old = change.call.caller, change.old_entity
    address = f"{change.call.source_ip}:{_PORT}" if behaviour.source_port else change.call.source_ip
    by_id = change.action == "_delete" and behaviour.deleted_entity == "id"
    entity = {"_id": change.entity["_id"]} if by_id else change.entity
    return {
        "metadata": {
            "entityTypeName": change.entity_type,
            "actionName": change.action,
            "status": behaviour.status,
            **({"traceId": change.call.trace_id} if behaviour.trace_id else {}),
            "startTime": timestamp_to_the_microsecond(change.start),
            "endTime": timestamp_to_the_microsecond(change.end),
            "initiator": {
                "subject": {"id": caller.subject_id if caller else None},
                "sourceIpAddress": address,
            },
        },
        "data": {
            "entity": entity,
            "additionalData": {} if old is None else {"oldEntity": old},
        },
        "jwt": token,
    }
