"""The route tables of all services: a service that is added is added here, and wired in `build.py`."""

from __future__ import annotations

from biot_emulator.services.dispatcher.routes import DISPATCHER_ROUTES
from biot_emulator.services.entities.routes import ENTITY_ROUTES
from biot_emulator.services.files.routes import FILE_ROUTES
from biot_emulator.services.measurements.routes import MEASUREMENT_ROUTES
from biot_emulator.services.outbox.routes import OUTBOX_ROUTES
from biot_emulator.services.people.routes import PEOPLE_ROUTES
from biot_emulator.services.settings.routes import SETTINGS_ROUTES
from biot_emulator.services.templates.routes import TEMPLATE_ROUTES
from biot_emulator.services.ums.routes import LOGIN_ROUTES, TOKEN_ROUTES, UMS_ROUTES, USER_ROUTES
from biot_emulator.services.unmodelled import UNMODELLED_ROUTES

__all__ = ["SERVICE_ROUTES"]

SERVICE_ROUTES = (
    *UMS_ROUTES,
    *LOGIN_ROUTES,
    *USER_ROUTES,
    *TOKEN_ROUTES,
    *PEOPLE_ROUTES,
    *DISPATCHER_ROUTES,
    *ENTITY_ROUTES,
    *FILE_ROUTES,
    *MEASUREMENT_ROUTES,
    *OUTBOX_ROUTES,
    *SETTINGS_ROUTES,
    *TEMPLATE_ROUTES,
    *UNMODELLED_ROUTES,
)
"""Every API of the platform's services, also those that this emulator does not model."""
