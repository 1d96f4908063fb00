"""The route table of people and organizations, beside the APIs of their entities."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.permissions import PROTECTED_API
from biot_emulator.api.route import Route
from biot_emulator.services.people.handlers import PeopleHandlers
from biot_emulator.services.ums.roles import CHANGE_ADMIN

__all__ = ["PEOPLE_ROUTES"]

_ORGANIZATIONS = "/organization/v1/organizations"
_BRANDING = f"{_ORGANIZATIONS}/branding"

PEOPLE_ROUTES = (
    Route("GET", "/organization/system/healthCheck", health_check, public=True),
    Route(
        "POST",
        "/organization/v1/invitations/{userId}",
        PeopleHandlers.resend_invitation,
        PROTECTED_API,
        entity_name="organization-user",
    ),
    Route(
        "POST",
        f"{_ORGANIZATIONS}/admin/{{newAdminId}}",
        PeopleHandlers.change_admin,
        CHANGE_ADMIN,
        entity_name="organization",
    ),
    Route("GET", f"{_BRANDING}/self", PeopleHandlers.own_branding, PROTECTED_API),
    Route("GET", f"{_BRANDING}/default", PeopleHandlers.default_branding, public=True),
)
"""The APIs of invitations, administrators, and branding, each with its function and its permission."""
