"""Sends notifications, once the caller has its response (contract section 3.1)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

from biot_emulator.api.errors import TooManyRequests
from biot_emulator.behaviour.settings import Notifications as Behaviour
from biot_emulator.event_kind import EventKind
from biot_emulator.hooks.background_calls import BackgroundCalls
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.hooks.events.headers import hook_headers
from biot_emulator.hooks.events.notification_body import notification_body
from biot_emulator.hooks.events.notification_variants import as_platform_sends
from biot_emulator.invocations.records import Trigger
from biot_emulator.invocations.summaries import InvocationSummary
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.dispatcher.notification_subscriptions import Action, NotificationSubscriptions
from biot_emulator.services.entity_changes import EntityChange
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.timelines.history import CallHistory

__all__ = ["Notifications"]

_log = logging.getLogger("biot_emulator")


class Notifications:
    """Sends each change to each subscriber, in threads of its own; a slow subscriber delays no other.

    By default that is at most once, after the caller of the API has its response.

    Args:
        subscriptions: Who is notified of what.
        endpoints: Calls plugins.
        tokens: Signs the platform's tokens.
        recorded: Records what happens to the calls that entities are changed by.
        behaviour: When, how often and with what plugins are notified.
    """

    def __init__(
        self,
        subscriptions: NotificationSubscriptions,
        endpoints: Endpoints,
        tokens: TokenIssuer,
        recorded: CallHistory,
        behaviour: Behaviour | None = None,
    ) -> None:
        self._recorded = recorded
        self._behaviour = behaviour or Behaviour()
        self._subscriptions = subscriptions
        self._endpoints = endpoints
        self._tokens = tokens
        self._idle = threading.Condition()
        self._pending = 0
        self._closed = False
        self._calls = BackgroundCalls("biot-emulator-notification")

    def prepare(self, changes: Sequence[EntityChange]) -> Callable[[], None]:
        """Return a function, to be called once, that has the changes sent and does not wait for it.

        Where plugins are notified before the response, they are notified by now.
        """
        with self._idle:
            # Counted from now on: whoever has the response must not find that everything has been sent already.
            self._pending += 1
        if self._behaviour.timing == "before-response":
            self._send_all(changes)
            return _nothing
        return partial(self._send_all, changes)

    def wait(self, seconds: float) -> bool:
        """Wait until everything has been sent; return whether it has, in that time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, seconds)

    def close(self) -> None:
        """Send nothing any more."""
        with self._idle:
            self._closed = True
            self._idle.notify_all()
        self._calls.close()

    def _send_all(self, changes: Sequence[EntityChange]) -> None:
        try:
            for change in changes:
                action = Action(change.entity_type, change.action, change.template)
                for endpoint in self._subscriptions.endpoints(action):
                    if not self._endpoints.is_inactive(endpoint, "disabled_notifications"):
                        self._submit(endpoint, change)
        except DataUnavailable as error:
            _log.error("Notifications could not be sent: %s", error)
        finally:
            self._finish()

    def _finish(self) -> None:
        with self._idle:
            self._pending -= 1
            self._idle.notify_all()

    def _submit(self, endpoint: str, change: EntityChange) -> None:
        with self._idle:
            if self._closed:
                return
            self._pending += 1
        if self._behaviour.timing == "before-response":
            self._send(endpoint, change)
        elif not self._calls.submit(endpoint, partial(self._send, endpoint, change)):
            _log.warning("A notification is not sent: too many wait for its plugin")
            self._miss(endpoint, change)
            self._finish()

    def _send(self, endpoint: str, change: EntityChange) -> None:
        try:
            self._pause(self._behaviour.delay_seconds)
            for attempt in range(self._behaviour.attempts):
                self._pause(self._behaviour.retry_seconds if attempt else 0)
                if self._closed or self._attempt(endpoint, change):
                    break
        except TooManyRequests:
            _log.warning("A notification is not sent: its plugin is busy")
        except DataUnavailable as error:
            _log.error("A notification could not be sent: %s", error)
        except Exception:
            _log.exception("A notification could not be sent")
        finally:
            self._finish()

    def _miss(self, endpoint: str, change: EntityChange) -> None:
        plugin, call = self._endpoints.name(endpoint), change.call
        never = InvocationSummary(plugin, EventKind.NOTIFICATION.name, _hook(change), call.trace_id, call.id)
        self._recorded.miss(call.id, never, "The notification was not sent: too many wait for the plugin")

    def _attempt(self, endpoint: str, change: EntityChange) -> bool:
        """Send a notification; return whether that has to do."""
        body = notification_body(change, self._tokens.sign_for("notification"))
        body = as_platform_sends(body, change, self._behaviour)
        headers = hook_headers(EventKind.NOTIFICATION, change.call, None)
        call = change.call
        trigger = Trigger(EventKind.NOTIFICATION, _hook(change), call.trace_id, call.id or None)
        reply = self._endpoints.call(endpoint, headers, body, trigger)
        return reply is None or (reply.failure is None and reply.response.is_success)

    def _pause(self, seconds: float) -> None:
        if seconds:
            with self._idle:
                self._idle.wait_for(lambda: self._closed, seconds)


def _hook(change: EntityChange) -> str:
    return f"{change.entity_type} {change.action}"


def _nothing() -> None:
    """Do nothing: all is done."""
