"""The route table of the dispatcher."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.route import Route
from biot_emulator.services.dispatcher.handlers import DispatcherHandlers

__all__ = ["DISPATCHER_ROUTES"]

_INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
_NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"
_SUBSCRIBE, _UNSUBSCRIBE = "DISPATCHER_SUBSCRIPTIONS_SUBSCRIBE", "DISPATCHER_SUBSCRIPTIONS_UNSUBSCRIBE"

_Handlers = DispatcherHandlers

DISPATCHER_ROUTES = (
    Route("GET", "/dispatcher/system/healthCheck", health_check, public=True),
    Route("POST", f"{_INTERCEPTIONS}/subscribe", _Handlers.subscribe_interception, "HOOKS_INTERCEPTION_CREATE"),
    Route("POST", f"{_INTERCEPTIONS}/unsubscribe", _Handlers.unsubscribe_interception, "HOOKS_INTERCEPTION_DELETE"),
    Route("GET", _INTERCEPTIONS, _Handlers.search_interceptions, "HOOKS_INTERCEPTION_SEARCH"),
    Route("POST", f"{_NOTIFICATIONS}/subscribe", _Handlers.subscribe_notification, _SUBSCRIBE),
    Route("POST", f"{_NOTIFICATIONS}/unsubscribe", _Handlers.unsubscribe_notification, _UNSUBSCRIBE),
    Route("GET", _NOTIFICATIONS, _Handlers.search_notifications, "DISPATCHER_SUBSCRIPTIONS_SEARCH"),
)
"""Every API of the dispatcher, with the function that handles it and the permission that it requires."""
