"""What the tests of measurements have in common."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any
from urllib.parse import urlencode

from biot_emulator.client import Client, Reply
from tests.emulator.conftest import ADA, PATIENTS

__all__ = ["V1", "V2", "at", "message", "patient", "refused", "saved", "searched", "searched_in_pages", "waveform"]

V1 = "/measurement/v1/measurements"
V2 = "/measurement/v2/measurements"


def at(second: int) -> str:
    """Return a time on one day."""
    return f"2026-01-31T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def patient(client: Client, **attributes: Any) -> str:
    """Create a patient; return its id."""
    return str(client.call("POST", PATIENTS, json={**ADA, **attributes}).body["_id"])


def message(second: int, data: Any, **ids: Any) -> dict[str, Any]:
    """Return a message."""
    return {"metadata": {"timestamp": at(second), **ids}, "data": data}


def saved(client: Client, *messages: dict[str, Any]) -> None:
    """Save messages, all of which are valid."""
    reply = client.call("POST", f"{V1}/bulk", json={"measures": messages})
    assert reply.status_code == 200, reply.body


def waveform(*values: float, frequency: Any = 50, size: Any = None) -> dict[str, Any]:
    """Return a waveform as devices send it."""
    data = base64.b64encode(struct.pack(f">{len(values)}f", *values)).decode()
    return {"metadata": {"frequency": frequency, "size": len(values) if size is None else size}, "data": data}


def searched(client: Client, form: str, **parameters: Any) -> Reply:
    """Search in version 1, on that day."""
    query = {"startTime": at(0), "endTime": at(86399), **parameters}
    return client.call("GET", f"{V1}/{form}?{urlencode(query, doseq=True)}")


def searched_in_pages(client: Client, form: str, filter: Any, **request: Any) -> Reply:
    """Search in version 2."""
    query = urlencode({"searchRequest": json.dumps({"filter": filter, **request})})
    return client.call("GET", f"{V2}/{form}?{query}")


def refused(reply: Reply) -> tuple[int, str]:
    """Return the status and the code of an error of the platform."""
    assert isinstance(reply.body, dict)
    assert {"code", "message", "serviceName", "traceId", "environment", "details"} <= set(reply.body)
    return reply.status_code, reply.body["code"]
