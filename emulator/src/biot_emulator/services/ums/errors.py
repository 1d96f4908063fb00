"""What the APIs of ums refuse, with the codes and details that BioT publishes.

ApiError
├── 401 ServiceLocked, UserLocked
├── 403 LoginFailed, RefreshTokenNotValid
├── 404 OwnerOrganizationNotFound, RoleNotFound, SecretKeyNotFound, ServiceUserNotFound
├── 409 MaxSecretKeys, RoleAlreadyExists, ServiceNameAlreadyExists
└── 429 TooManyLogins
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError, TooManyRequests

__all__ = [
    "LoginFailed",
    "MaxSecretKeys",
    "OwnerOrganizationNotFound",
    "RefreshTokenNotValid",
    "RoleAlreadyExists",
    "RoleNotFound",
    "SecretKeyNotFound",
    "ServiceLocked",
    "ServiceNameAlreadyExists",
    "ServiceUserNotFound",
    "TooManyLogins",
    "UserLocked",
]


class ServiceLocked(ApiError):
    """The service user is not active."""

    status_code = 401
    code = "SERVICE_LOCKED"


class UserLocked(ApiError):
    """The user is disabled."""

    status_code = 401
    code = "USER_LOCKED"


class LoginFailed(ApiError):
    """The credentials are wrong."""

    status_code = 403
    code = "LOGIN_FAILED"


class RefreshTokenNotValid(ApiError):
    """The refresh token is expired, not ours, or its user is gone."""

    status_code = 403
    code = "REFRESH_TOKEN_NOT_VALID"


class OwnerOrganizationNotFound(ApiError):
    """There is no such organization."""

    status_code = 404
    code = "OWNER_ORGANIZATION_NOT_FOUND"


class RoleNotFound(ApiError):
    """There is no such role."""

    status_code = 404
    code = "ROLE_NOT_FOUND"


class SecretKeyNotFound(ApiError):
    """The service user has no such secret key."""

    status_code = 404
    code = "SECRET_KEY_ID_NOT_FOUND"


class ServiceUserNotFound(ApiError):
    """There is no such service user."""

    status_code = 404
    code = "SERVICE_USER_NOT_FOUND"


class MaxSecretKeys(ApiError):
    """The service user has as many secret keys as it may have."""

    status_code = 409
    code = "MAX_SECRET_KEYS"


class RoleAlreadyExists(ApiError):
    """Another role has this name."""

    status_code = 409
    code = "ROLE_ALREADY_EXISTS"


class ServiceNameAlreadyExists(ApiError):
    """Another service user has this name."""

    status_code = 409
    code = "SERVICE_NAME_ALREADY_EXISTS"


class TooManyLogins(TooManyRequests):
    """More people and service users are logging in than can be served soon."""
