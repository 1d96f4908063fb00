"""The route table of the operator's side."""

from __future__ import annotations

from biot_emulator.api.route import Route
from biot_emulator.operator.handlers import OperatorHandlers

__all__ = ["OPERATOR_ROUTES"]

_PERMISSION = "EMULATOR_OPERATE"
_TABLE = (
    ("GET", "/operations", OperatorHandlers.list_operations),
    ("GET", "/invocations", OperatorHandlers.list_invocations),
    ("GET", "/invocations/{id}", OperatorHandlers.read_invocation),
    ("DELETE", "/invocations", OperatorHandlers.clear_invocations),
    ("POST", "/plugins/{name}/schedule", OperatorHandlers.fire_schedule),
    ("POST", "/plugins/{name}/invoke", OperatorHandlers.invoke),
    ("POST", "/notifications/wait", OperatorHandlers.wait_for_notifications),
    ("GET", "/outbox", OperatorHandlers.list_messages),
    ("GET", "/outbox/{id}", OperatorHandlers.read_message),
    ("DELETE", "/outbox", OperatorHandlers.clear_outbox),
    ("GET", "/outbox/attachments/{key}", OperatorHandlers.read_attachment),
    ("POST", "/keys", OperatorHandlers.rotate_keys),
    ("GET", "/clock", OperatorHandlers.read_clock),
    ("PUT", "/clock", OperatorHandlers.set_clock),
    ("DELETE", "/clock", OperatorHandlers.reset_clock),
    ("GET", "/failure-policies", OperatorHandlers.read_policies),
    ("PATCH", "/failure-policies", OperatorHandlers.set_policies),
    ("POST", "/reset", OperatorHandlers.reset_platform),
)

OPERATOR_ROUTES = tuple(Route(method, f"/_emulator{path}", handler, _PERMISSION) for method, path, handler in _TABLE)
"""Every API below `/_emulator`, with the function that handles it."""
