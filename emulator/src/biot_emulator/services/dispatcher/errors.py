"""What the dispatcher's APIs refuse, with the codes and details that BioT publishes.

ApiError
├── 400 InvalidApiId, InvalidEntityTypeName, InvalidActionName
├── 404 SubscriberNotFound
└── 409 SubscriptionAlreadyExists
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "InvalidActionName",
    "InvalidApiId",
    "InvalidEntityTypeName",
    "SubscriberNotFound",
    "SubscriptionAlreadyExists",
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


class SubscriberNotFound(ApiError):
    """There is no such subscription."""

    status_code = 404
    code = "SUBSCRIBER_NOT_FOUND"


class SubscriptionAlreadyExists(ApiError):
    """The endpoint is subscribed to this action already."""

    status_code = 409
    code = "SUBSCRIPTION_ALREADY_EXISTS"
