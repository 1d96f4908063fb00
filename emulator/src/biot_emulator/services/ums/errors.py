"""What the APIs of ums refuse, with the codes and details that BioT publishes.

ApiError
├── 400 ChangePasswordNotSupported, InvalidPassword, MissingParameters, PasswordAlreadyUsed
├── 401 ServiceLocked, UserLocked, UserLockedWithTime
├── 403 LoginFailed, RefreshTokenNotValid
├── 404 GroupsNotFound, LoginNotFound, OwnerOrganizationNotFound, RoleNotFound, ServiceRoleNotFound,
│       SecretKeyNotFound, ServiceUserNotFound
├── 409 MaxSecretKeys, PhoneNotValid, RoleAlreadyExists, ServiceNameAlreadyExists, UsernameAlreadyExists
└── 429 TooManyLogins
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError, TooManyRequests

__all__ = [
    "ChangePasswordNotSupported",
    "GroupsNotFound",
    "InvalidPassword",
    "LoginFailed",
    "LoginNotFound",
    "MaxSecretKeys",
    "MissingParameters",
    "OwnerOrganizationNotFound",
    "PasswordAlreadyUsed",
    "PhoneNotValid",
    "RefreshTokenNotValid",
    "RoleAlreadyExists",
    "RoleNotFound",
    "SecretKeyNotFound",
    "ServiceLocked",
    "ServiceNameAlreadyExists",
    "ServiceRoleNotFound",
    "ServiceUserNotFound",
    "TooManyLogins",
    "UserLocked",
    "UserLockedWithTime",
    "UsernameAlreadyExists",
]


class ChangePasswordNotSupported(ApiError):
    """The user logs in without a password."""

    status_code = 400
    code = "CHANGE_PASSWORD_NOT_SUPPORTED_FOR_USER_WITHOUT_PASSWORD_TYPE"


class InvalidPassword(ApiError):
    """The password may not be used, or the current one is wrong."""

    status_code = 400
    code = "INVALID_PASSWORD"


class MissingParameters(ApiError):
    """A service user is created without what it must have."""

    status_code = 400
    code = "MISSING_PARAMETERS"


class PasswordAlreadyUsed(ApiError):
    """The new password is the current one."""

    status_code = 400
    code = "PASSWORD_ALREADY_USED"


class ServiceLocked(ApiError):
    """The service user is not active."""

    status_code = 401
    code = "SERVICE_LOCKED"


class UserLocked(ApiError):
    """The user is disabled."""

    status_code = 401
    code = "USER_LOCKED"


class UserLockedWithTime(ApiError):
    """Too many wrong codes were sent for the user."""

    status_code = 401
    code = "USER_LOCKED_WITH_TIME"


class LoginFailed(ApiError):
    """The credentials are wrong."""

    status_code = 403
    code = "LOGIN_FAILED"


class RefreshTokenNotValid(ApiError):
    """The refresh token is expired, not ours, or its user is gone."""

    status_code = 403
    code = "REFRESH_TOKEN_NOT_VALID"


class GroupsNotFound(ApiError):
    """There are no such groups."""

    status_code = 404
    code = "GROUPS_NOT_FOUND"


class LoginNotFound(ApiError):
    """There is nobody with this id who can log in."""

    status_code = 404
    code = "USER_NOT_FOUND"


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


class ServiceRoleNotFound(ApiError):
    """There is no such role that a service user can have."""

    status_code = 404
    code = "ROLE_NOT_FOUND_IN_SUPPORTED_TYPES"


class ServiceUserNotFound(ApiError):
    """There is no such service user."""

    status_code = 404
    code = "SERVICE_USER_NOT_FOUND"


class MaxSecretKeys(ApiError):
    """The service user has as many secret keys as it may have."""

    status_code = 409
    code = "MAX_SECRET_KEYS"


class PhoneNotValid(ApiError):
    """Nothing can be sent to this phone number."""

    status_code = 409
    code = "PHONE_NOT_VALID"


class RoleAlreadyExists(ApiError):
    """Another role has this name."""

    status_code = 409
    code = "ROLE_ALREADY_EXISTS"


class ServiceNameAlreadyExists(ApiError):
    """Another service user has this name."""

    status_code = 409
    code = "SERVICE_NAME_ALREADY_EXISTS"


class UsernameAlreadyExists(ApiError):
    """Somebody else has this user name."""

    status_code = 409
    code = "USERNAME_ALREADY_EXISTS"


class TooManyLogins(TooManyRequests):
    """More people and service users are logging in than can be served soon."""
