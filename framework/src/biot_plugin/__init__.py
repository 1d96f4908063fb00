"""Decorated Python functions as BioT plugins.

    from biot_plugin import Plugin, PreRequest

    plugin = Plugin()

    @plugin.pre_request("POST/organization/v1/users/patients")
    def trim_record_number(event: PreRequest) -> None:
        event.body["mrn"] = event.body["mrn"].strip()

    handler = plugin.handler

Tests find event factories, a client and pytest fixtures in `biot_plugin.testing`.
"""

from __future__ import annotations

from biot_plugin._direct_call import DirectCall
from biot_plugin._errors import (
    BiotPluginError,
    InvalidBody,
    InvalidEvent,
    InvalidResult,
    NoHandler,
    RegistrationError,
    Reject,
    Unauthorized,
    UnverifiedCaller,
)
from biot_plugin._event import Event, Initiator, LambdaContext
from biot_plugin._handler import Next
from biot_plugin._intercepted import InterceptedEntities, InterceptedRequest, InterceptedResponse
from biot_plugin._interception import AdaptEntity, PostRequest, PreRequest
from biot_plugin._kind import Kind
from biot_plugin._notification import Notification
from biot_plugin._plugin import Plugin
from biot_plugin._scheduled import Scheduled
from biot_plugin._subscriptions import InterceptionSubscription, NotificationSubscription, Subscriptions

__all__ = [
    "AdaptEntity",
    "BiotPluginError",
    "DirectCall",
    "Event",
    "Initiator",
    "InterceptedEntities",
    "InterceptedRequest",
    "InterceptedResponse",
    "InterceptionSubscription",
    "InvalidBody",
    "InvalidEvent",
    "InvalidResult",
    "Kind",
    "LambdaContext",
    "Next",
    "NoHandler",
    "Notification",
    "NotificationSubscription",
    "Plugin",
    "PostRequest",
    "PreRequest",
    "RegistrationError",
    "Reject",
    "Scheduled",
    "Subscriptions",
    "Unauthorized",
    "UnverifiedCaller",
]
