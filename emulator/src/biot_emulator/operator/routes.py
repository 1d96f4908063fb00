"""The route tables of the operator's side."""

from __future__ import annotations

from biot_emulator.api.route import Route
from biot_emulator.operator.handlers import OperatorHandlers
from biot_emulator.operator.parameters import OPERATOR_PATH
from biot_emulator.operator.records.routes import RECORD_ROUTES

__all__ = ["OPERATOR_ROUTES", "STATE_ROUTES"]

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

STATE_ROUTES = tuple(Route(method, f"{OPERATOR_PATH}{path}", handler, _PERMISSION) for method, path, handler in _TABLE)
"""The APIs for the state of the platform, with the functions that handle them."""

OPERATOR_ROUTES = (*STATE_ROUTES, *RECORD_ROUTES)
"""Every API below `/_emulator` that is no device's."""
