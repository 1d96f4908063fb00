"""What the APIs of ums and dispatcher refuse, with the codes and details that BioT publishes.

ApiError
├── 400 InvalidApiId, InvalidEntityTypeName, InvalidActionName
├── 401 ServiceLocked, UserLocked
├── 403 LoginFailed, RefreshTokenNotValid
├── 404 OwnerOrganizationNotFound, SecretKeyNotFound, ServiceUserNotFound, SubscriberNotFound
└── 409 MaxSecretKeys, ServiceNameAlreadyExists, SubscriptionAlreadyExists
"""

from __future__ import annotations

from biot_emulator.errors import ApiError

__all__ = [
    "InvalidActionName",
    "InvalidApiId",
    "InvalidEntityTypeName",
    "LoginFailed",
    "MaxSecretKeys",
    "OwnerOrganizationNotFound",
    "RefreshTokenNotValid",
    "SecretKeyNotFound",
    "ServiceLocked",
    "ServiceNameAlreadyExists",
    "ServiceUserNotFound",
    "SubscriberNotFound",
    "SubscriptionAlreadyExists",
    "UserLocked",
]


class InvalidApiId(ApiError):
    """No API that plugins can intercept has this id."""

    status_code = 400
    code = "INVALID_API_ID"


class InvalidEntityTypeName(ApiError):
    """There is no such entity type."""

    status_code = 400
    code = "INVALID_ENTITY_TYPE_NAME"


class InvalidActionName(ApiError):
    """There is no such action."""

    status_code = 400
    code = "INVALID_ACTION_NAME"


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


class SecretKeyNotFound(ApiError):
    """The service user has no such secret key."""

    status_code = 404
    code = "SECRET_KEY_ID_NOT_FOUND"


class ServiceUserNotFound(ApiError):
    """There is no such service user."""

    status_code = 404
    code = "SERVICE_USER_NOT_FOUND"


class SubscriberNotFound(ApiError):
    """There is no such subscription."""

    status_code = 404
    code = "SUBSCRIBER_NOT_FOUND"


class MaxSecretKeys(ApiError):
    """The service user has as many secret keys as it may have."""

    status_code = 409
    code = "MAX_SECRET_KEYS"


class ServiceNameAlreadyExists(ApiError):
    """Another service user has this name."""

    status_code = 409
    code = "SERVICE_NAME_ALREADY_EXISTS"


class SubscriptionAlreadyExists(ApiError):
    """The endpoint is told of this action already."""

    status_code = 409
    code = "SUBSCRIPTION_ALREADY_EXISTS"
