"""From an event to its reply: kind, verified caller, typed event, the author's function, reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biot_plugin.callers.authentication import authenticate
from biot_plugin.errors import InvalidEvent, InvalidResult, Reject
from biot_plugin.events.base import Call, Event
from biot_plugin.events.direct_call import DirectCall
from biot_plugin.events.interception import AdaptEntity, PostRequest, PreRequest
from biot_plugin.events.notification import Notification
from biot_plugin.events.scheduled import Scheduled
from biot_plugin.hooks.endpoint import EndpointHook
from biot_plugin.platform_errors import PlatformError
from biot_plugin.reply import direct_reply, error_reply, hook_reply, internal_error_reply
from biot_plugin.wire.envelope import Envelope
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.trace import Trace, current_trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.shared_transport import Platform
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.hooks.handler import Handler
    from biot_plugin.hooks.middleware import Middleware, Next
    from biot_plugin.hooks.registry import Registry
    from biot_plugin.reply import Reply
    from biot_plugin.settings import Settings
    from biot_plugin.wire.lambda_context import LambdaContext

_EVENTS: dict[Kind, type[Event]] = {
    event.kind: event for event in (PreRequest, PostRequest, AdaptEntity, Notification, Scheduled, DirectCall)
}


class Dispatcher:
    """Handles events with the handlers of a plugin, and never raises."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        middleware: Sequence[Middleware],
        keys: PublicKeys,
        platform: Platform,
        logger: Logger,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._middleware = middleware
        self._keys = keys
        self._platform = platform
        self._logger = logger

    def __call__(self, raw: object, context: LambdaContext) -> Reply:
        """Handle one event of any shape, and return the reply."""
        envelope = Envelope(raw if isinstance(raw, dict) else {})
        trace = Trace.of(envelope.headers)
        token = current_trace.set(trace)
        try:
            if not isinstance(raw, dict):
                raise InvalidEvent("NO_EVENT", "The event is not an object")
            return self._handle(self._parse(envelope, trace, context), trace)
        except Reject as reject:
            self._log(reject)
            return error_reply(reject, trace, self._settings)
        except PlatformError as error:
            self._logger.exception(f"The handler did not catch the error of a call to the platform: {error}")
            return error_reply(self._to_reject(error, envelope), trace, self._settings)
        except Exception:
            self._logger.exception("A handler failed")
            return internal_error_reply(trace, self._settings)
        finally:
            current_trace.reset(token)

    def _parse(self, envelope: Envelope, trace: Trace, context: LambdaContext) -> Event:
        """Verify the caller, and create the typed event."""
        kind = Kind.of(envelope.event, envelope.headers)
        claims = {} if self._is_public(kind) else authenticate(kind, envelope, self._keys, self._settings)
        return _EVENTS[kind](envelope, Call(trace, claims, context, self._logger, self._platform))

    def _handle(self, event: Event, trace: Trace) -> Reply:
        handler = self._registry.find(event)
        try:
            self._wrap(handler)(event)
            return self._reply(event, handler, trace)
        finally:
            event._release()

    def _reply(self, event: Event, handler: Handler, trace: Trace) -> Reply:
        try:
            return _reply_to(event, trace)
        except (TypeError, ValueError) as error:
            raise InvalidResult(f"The reply of {handler.name} cannot be sent: {error}") from error

    def _wrap(self, handler: Handler) -> Next:
        """Wrap the handler in all middleware, the first registered outermost."""
        run: Next = handler
        for middleware in reversed(self._middleware):
            run = middleware.around(run)
        return run

    def _is_public(self, kind: Kind) -> bool:
        registration = self._registry.first(kind)
        return registration is not None and isinstance(registration.hook, EndpointHook) and registration.hook.public

    def _to_reject(self, error: PlatformError, envelope: Envelope) -> Reject:
        """Convert the error of a failed call; callers of a public endpoint do not get the platform's message."""
        is_public = self._is_public(Kind.of(envelope.event, envelope.headers))
        return PlatformError._reject(error) if is_public else error._reject()

    def _log(self, reject: Reject) -> None:
        """Log that a call was stopped: as an error where the plugin is the cause."""
        log = self._logger.error if reject.status >= 500 else self._logger.warning
        cause = reject.__cause__
        log(f"Stopped the call: {reject}", extra={"cause": str(cause)} if cause else None)


def _reply_to(event: Event, trace: Trace) -> Reply:
    if isinstance(event, DirectCall):
        return direct_reply(event.result, trace)
    return hook_reply(event._reply(), trace)
