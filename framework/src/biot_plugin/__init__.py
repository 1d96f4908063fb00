"""Build BioT plugins from decorated Python functions.

    from biot_plugin import Plugin, PreRequest

    plugin = Plugin()

    @plugin.pre_request("POST/organization/v1/users/patients")
    def trim_record_number(event: PreRequest) -> None:
        event.body["mrn"] = event.body["mrn"].strip()

    handler = plugin.handler

Event factories, a client and pytest fixtures for tests are in `biot_plugin.testing`.
The names in `__all__`, here and there, are public; every other module is private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biot_plugin.errors import (
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
from biot_plugin.events.base import Event
from biot_plugin.events.initiator import Initiator
from biot_plugin.events.intercepted_request import InterceptedRequest
from biot_plugin.events.interception import PreRequest
from biot_plugin.plugin import Plugin
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.api_client.biot import BiotApi
    from biot_plugin.api_client.files.stored import StoredFile, StreamedFile
    from biot_plugin.api_client.search import Search
    from biot_plugin.asgi.cors import Cors
    from biot_plugin.asgi.interface import AsgiApplication
    from biot_plugin.events.direct_call import DirectCall
    from biot_plugin.events.intercepted_response import InterceptedEntities, InterceptedResponse
    from biot_plugin.events.notification import Notification
    from biot_plugin.events.response_interception import AdaptEntity, PostRequest
    from biot_plugin.events.scheduled import Scheduled
    from biot_plugin.hooks.middleware import Next
    from biot_plugin.hooks.published.names import ApiId, EntityType, NotificationAction, NotificationEntityType
    from biot_plugin.hooks.subscriptions import InterceptionSubscription, NotificationSubscription, Subscriptions
    from biot_plugin.platform_errors import (
        AccessDenied,
        ApiError,
        BadRequest,
        Conflict,
        LoginFailed,
        NotConfigured,
        NotFound,
        PlatformError,
        PlatformFailed,
        PlatformTimeout,
        PlatformUnreachable,
        TokenRefused,
        TooManyRequests,
        UnexpectedAnswer,
    )
    from biot_plugin.recording.options import Recording
    from biot_plugin.wire.lambda_context import LambdaContext

__all__ = [
    "AccessDenied",
    "AdaptEntity",
    "ApiError",
    "ApiId",
    "AsgiApplication",
    "BadRequest",
    "BiotApi",
    "BiotPluginError",
    "Conflict",
    "Cors",
    "DirectCall",
    "EntityType",
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
    "LoginFailed",
    "Next",
    "NoHandler",
    "NotConfigured",
    "NotFound",
    "Notification",
    "NotificationAction",
    "NotificationEntityType",
    "NotificationSubscription",
    "PlatformError",
    "PlatformFailed",
    "PlatformTimeout",
    "PlatformUnreachable",
    "Plugin",
    "PostRequest",
    "PreRequest",
    "Recording",
    "RegistrationError",
    "Reject",
    "Scheduled",
    "Search",
    "StoredFile",
    "StreamedFile",
    "Subscriptions",
    "TokenRefused",
    "TooManyRequests",
    "Unauthorized",
    "UnexpectedAnswer",
    "UnverifiedCaller",
]

#: Names that are imported on first use, because most plugins do not need them.
_LAZY = {
    "AccessDenied": "platform_errors",
    "AdaptEntity": "events.response_interception",
    "ApiError": "platform_errors",
    "ApiId": "hooks.published.names",
    "AsgiApplication": "asgi.interface",
    "BadRequest": "platform_errors",
    "BiotApi": "api_client.biot",
    "Conflict": "platform_errors",
    "Cors": "asgi.cors",
    "DirectCall": "events.direct_call",
    "EntityType": "hooks.published.names",
    "InterceptedEntities": "events.intercepted_response",
    "InterceptedResponse": "events.intercepted_response",
    "InterceptionSubscription": "hooks.subscriptions",
    "LambdaContext": "wire.lambda_context",
    "LoginFailed": "platform_errors",
    "Next": "hooks.middleware",
    "NotConfigured": "platform_errors",
    "NotFound": "platform_errors",
    "Notification": "events.notification",
    "NotificationAction": "hooks.published.names",
    "NotificationEntityType": "hooks.published.names",
    "NotificationSubscription": "hooks.subscriptions",
    "PlatformError": "platform_errors",
    "PlatformFailed": "platform_errors",
    "PlatformTimeout": "platform_errors",
    "PlatformUnreachable": "platform_errors",
    "PostRequest": "events.response_interception",
    "Scheduled": "events.scheduled",
    "Recording": "recording.options",
    "Search": "api_client.search",
    "StoredFile": "api_client.files.stored",
    "StreamedFile": "api_client.files.stored",
    "Subscriptions": "hooks.subscriptions",
    "TokenRefused": "platform_errors",
    "TooManyRequests": "platform_errors",
    "UnexpectedAnswer": "platform_errors",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
