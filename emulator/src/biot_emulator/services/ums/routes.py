"""The route table of ums."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.route import Route
from biot_emulator.services.ums.handlers import UmsHandlers

__all__ = ["UMS_ROUTES"]

_SERVICE_USERS = "/ums/v2/services"
_SERVICE_USER = f"{_SERVICE_USERS}/{{id}}"
_KEYS = f"{_SERVICE_USER}/secret-keys"
_ROLES = "/ums/v2/admin/roles"

UMS_ROUTES = (
    Route("GET", "/ums/system/healthCheck", health_check, public=True),
    Route("GET", "/ums/v1/security/public-key", UmsHandlers.public_key, public=True),
    Route("POST", "/ums/v2/users/login", UmsHandlers.log_in, public=True),
    Route("POST", "/ums/v2/users/token/refresh", UmsHandlers.refresh, public=True),
    Route("POST", f"{_SERVICE_USERS}/accessToken", UmsHandlers.log_in_service_user, public=True),
    Route("POST", _SERVICE_USERS, UmsHandlers.create, "UMS_SERVICES_CREATE_SERVICE_USER"),
    Route("GET", _SERVICE_USERS, UmsHandlers.search, "UMS_USERS_SEARCH_SERVICE_USERS"),
    Route("GET", _SERVICE_USER, UmsHandlers.read, "UMS_USERS_GET_SERVICE_USER_BY_ID"),
    Route("PATCH", _SERVICE_USER, UmsHandlers.update, "UMS_SERVICES_UPDATE_SERVICE_USER"),
    Route("DELETE", _SERVICE_USER, UmsHandlers.delete, "UMS_SERVICES_DELETE_SERVICE_USER"),
    Route("POST", _KEYS, UmsHandlers.add_key, "UMS_USERS_CREATE_SECRET_KEY_BY_SERVICE_USER_ID"),
    Route("DELETE", f"{_KEYS}/{{secretKeyId}}", UmsHandlers.delete_key, "UMS_USERS_DELETE_SECRET_KEY_BY_ID"),
    # The first of these is published; the others, and what the permissions are named, follow the platform's habits.
    Route("POST", _ROLES, UmsHandlers.create_role, "UMS_ROLES_CREATE_ROLE"),
    Route("GET", _ROLES, UmsHandlers.search_roles, "UMS_ROLES_SEARCH_ROLES"),
    Route("DELETE", f"{_ROLES}/{{id}}", UmsHandlers.delete_role, "UMS_ROLES_DELETE_ROLE"),
)
"""Every API of ums, with the function that handles it and the permission that it requires."""
