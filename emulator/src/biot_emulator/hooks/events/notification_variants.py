"""What differs between platforms in the body that a notification plugin receives, where nobody publishes it."""

from __future__ import annotations

from typing import Any

from biot_emulator.behaviour.settings import Notifications
from biot_emulator.services.entity_changes import EntityChange

__all__ = ["as_platform_sends"]

#: Calls do not know the port that they came from, and nobody can need it.
_PORT = 41822


def as_platform_sends(body: dict[str, Any], change: EntityChange, behaviour: Notifications) -> dict[str, Any]:
    """Return the body as a platform with a behaviour sends it.

    Args:
        body: The body as by default.
        change: The action that it is about.
        behaviour: What the platform puts where nobody publishes it.
    """
    metadata, data = {**body["metadata"], "status": behaviour.status}, body["data"]
    if behaviour.trace_id:
        metadata["traceId"] = change.call.trace_id
    if behaviour.source_port:
        address = f"{change.call.source_ip}:{_PORT}"
        metadata["initiator"] = {**metadata["initiator"], "sourceIpAddress": address}
    if behaviour.deleted_entity == "id" and change.action == "_delete":
        data = {**data, "entity": {"_id": change.entity.get("_id")}}
    return {**body, "metadata": metadata, "data": data}
