"""The route table of what the operator says in the place of devices."""

from __future__ import annotations

from biot_emulator.api.route import Route
from biot_emulator.services.entities.devices.reports import report_command, report_connection, report_session

__all__ = ["DEVICE_ROUTES"]

_PERMISSION = "EMULATOR_OPERATE"
_TABLE = (
    ("/connection", report_connection),
    ("/usage-sessions/{id}", report_session),
    ("/commands/{id}", report_command),
)

DEVICE_ROUTES = tuple(Route("PUT", f"/_emulator/devices/{{deviceId}}{path}", say, _PERMISSION) for path, say in _TABLE)
"""Every API below `/_emulator/devices`, with the function that handles it."""
