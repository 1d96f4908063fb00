"""The route table of what happened."""

from __future__ import annotations

from biot_emulator.api.route import Route
from biot_emulator.operator.parameters import OPERATOR_PATH
from biot_emulator.operator.records.handlers import RecordHandlers

__all__ = ["RECORD_ROUTES"]

_PERMISSION = "EMULATOR_OPERATE"
_TABLE = (
    ("GET", "/calls", RecordHandlers.list_calls),
    ("DELETE", "/calls", RecordHandlers.clear_calls),
    ("GET", "/calls/live", RecordHandlers.listen),
    ("GET", "/calls/{id}", RecordHandlers.read_call),
    ("GET", "/calls/{id}/curl", RecordHandlers.write_curl),
    ("POST", "/calls/{id}/resend", RecordHandlers.resend),
    ("GET", "/invocation-summaries", RecordHandlers.list_invocations),
    ("GET", "/invocations/{id}/event", RecordHandlers.read_event),
    ("POST", "/invocations/{id}/event", RecordHandlers.save_event),
    ("GET", "/invocations/{id}/exchange", RecordHandlers.read_exchange),
    ("POST", "/invocations/{id}/recording", RecordHandlers.record),
    ("POST", "/invocations/{id}/repeat", RecordHandlers.repeat_invocation),
)

RECORD_ROUTES = tuple(Route(method, f"{OPERATOR_PATH}{path}", handler, _PERMISSION) for method, path, handler in _TABLE)
"""Every API of calls and invocations below `/_emulator`, with the function that handles it."""
