"""The route tables of ums."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.route import Route
from biot_emulator.services.ums.handlers.logins import LoginHandlers
from biot_emulator.services.ums.handlers.people import UserHandlers
from biot_emulator.services.ums.handlers.services import UmsHandlers
from biot_emulator.services.ums.handlers.tokens import TokenHandlers
from biot_emulator.services.ums.roles import MFA_SCOPES

__all__ = ["LOGIN_ROUTES", "TOKEN_ROUTES", "UMS_ROUTES", "USER_ROUTES"]

_USERS = "/ums/v2/users"
_USER = f"{_USERS}/{{id}}"
_SELF = f"{_USERS}/self"
#: Both services have them, for what each sends.
_TOKENS = ("/ums/v1/tokens/{token}", "/organization/v1/tokens/{token}")
_MFA_LOGIN, _MFA_RESEND = MFA_SCOPES

_SERVICE_USERS = "/ums/v2/services"
_SERVICE_USER = f"{_SERVICE_USERS}/{{id}}"
_KEYS = f"{_SERVICE_USER}/secret-keys"
_ROLES = "/ums/v2/admin/roles"

UMS_ROUTES = (
    Route("GET", "/ums/v1/security/public-key", UmsHandlers.public_key, public=True),
    Route("GET", "/ums/system/healthCheck", health_check, public=True),
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
"""The APIs of service users and roles, with the function that handles each and the permission that it requires."""

LOGIN_ROUTES = (
    Route("POST", f"{_USERS}/login", LoginHandlers.log_in, public=True),
    Route("POST", f"{_USERS}/login/mfa", LoginHandlers.log_in_by_mfa, _MFA_LOGIN),
    Route("POST", f"{_USERS}/login/mfa/resend", LoginHandlers.resend_mfa, _MFA_RESEND),
    Route("POST", f"{_USERS}/logout", LoginHandlers.log_out, public=True),
    Route("POST", f"{_USERS}/otp/generate", LoginHandlers.send_otp, public=True),
    Route("POST", f"{_USERS}/otp/login", LoginHandlers.log_in_by_otp, public=True),
    Route("POST", f"{_USERS}/token/login", LoginHandlers.log_in_by_token, public=True),
    Route("POST", f"{_USERS}/token/refresh", LoginHandlers.refresh, public=True),
    Route("POST", f"{_SERVICE_USERS}/accessToken", LoginHandlers.log_in_service_user, public=True),
)
"""The APIs of log-ins."""

USER_ROUTES = (
    Route("GET", _USERS, UserHandlers.search, "UMS_USERS_SEARCH_USER"),
    Route("GET", _SELF, UserHandlers.read_self, "UMS_USERS_SELF_GET_USER"),
    Route("PATCH", _SELF, UserHandlers.update_self, "UMS_USERS_SELF_UPDATE_USER"),
    Route("POST", _SELF, UserHandlers.register, public=True),
    Route("DELETE", _SELF, UserHandlers.delete_self, "UMS_USERS_SELF_DELETE_USER"),
    Route("GET", _USER, UserHandlers.read, "UMS_USERS_GET_USER"),
    Route("PATCH", _USER, UserHandlers.update, "UMS_USERS_UPDATE_USER"),
    Route("DELETE", _USER, UserHandlers.delete, "UMS_USERS_DELETE_USER"),
    Route("POST", f"{_USER}/password/generate", UserHandlers.generate_password, "UMS_USERS_GENERATE_USER_PASSWORD"),
)
"""The APIs of people's log-ins as such."""

TOKEN_ROUTES = (
    Route("POST", f"{_SELF}/password/forgot", TokenHandlers.send_link, public=True),
    Route("POST", f"{_USERS}/credentials/validate", TokenHandlers.validate_credentials, public=True),
    *(Route("GET", path, TokenHandlers.validate, public=True) for path in _TOKENS),
    *(Route("POST", path, TokenHandlers.execute, public=True) for path in _TOKENS),
)
"""The APIs for whoever has a token from a mail, or wants one."""
