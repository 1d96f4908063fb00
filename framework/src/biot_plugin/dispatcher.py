"""From an event to its reply: kind, verified caller, typed event, the author's function, reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biot_plugin import reply
from biot_plugin.callers.authentication import authenticate
from biot_plugin.errors import InvalidEvent, InvalidResult, Reject
from biot_plugin.events.base import Call, Event, LambdaContext
from biot_plugin.events.direct_call import DirectCall
from biot_plugin.events.interception import AdaptEntity, PostRequest, PreRequest
from biot_plugin.events.notification import Notification
from biot_plugin.events.scheduled import Scheduled
from biot_plugin.hooks.definitions import EndpointHook
from biot_plugin.platform_errors import PlatformError
from biot_plugin.wire.envelope import Envelope
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.trace import Trace, current_trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.shared_session import Platform
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.hooks.handler import Handler, Middleware, Next
    from biot_plugin.hooks.registry import Registry
    from biot_plugin.settings import Settings

_EVENTS: dict[Kind, type[Event]] = {
    event.kind: event for event in (PreRequest, PostRequest, AdaptEntity, Notification, Scheduled, DirectCall)
}


class Dispatcher:
    """Answers events with the handlers of a plugin, and never raises."""

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

    def __call__(self, raw: object, context: LambdaContext) -> dict[str, Any]:
        """Answers one event, whatever it is."""
        envelope = Envelope(raw if isinstance(raw, dict) else {})
        trace = Trace.of(envelope.headers)
        token = current_trace.set(trace)
        try:
            if not isinstance(raw, dict):
                raise InvalidEvent("NO_EVENT", "The event is not an object")
            return self._answer(self._event(envelope, trace, context), trace)
        except Reject as reject:
            self._log(reject)
            return {**reply.rejection(reject, trace, self._settings)}
        except PlatformError as error:
            self._logger.exception(f"Nobody caught the error of a call of the platform: {error}")
            return {**reply.rejection(self._told(error, envelope), trace, self._settings)}
        except Exception:
            self._logger.exception("A handler failed")
            return {**reply.failure(trace, self._settings)}
        finally:
            current_trace.reset(token)

    def _event(self, envelope: Envelope, trace: Trace, context: LambdaContext) -> Event:
        """The typed event, from a caller who is verified."""
        kind = Kind.of(envelope.event, envelope.headers)
        claims = {} if self._is_public(kind) else authenticate(kind, envelope, self._keys, self._settings)
        return _EVENTS[kind](envelope, Call(trace, claims, context, self._logger, self._platform))

    def _is_public(self, kind: Kind) -> bool:
        entry = self._registry.first(kind)
        return entry is not None and isinstance(entry.hook, EndpointHook) and entry.hook.public

    def _told(self, error: PlatformError, envelope: Envelope) -> Reject:
        """What the caller is told of a call that failed: what the platform said, unless anybody may call."""
        anybody = self._is_public(Kind.of(envelope.event, envelope.headers))
        return PlatformError._reject(error) if anybody else error._reject()

    def _answer(self, event: Event, trace: Trace) -> dict[str, Any]:
        handler = self._registry.find(event)
        self._wrapped(handler)(event)
        try:
            return _reply_to(event, trace)
        except (TypeError, ValueError) as error:
            raise InvalidResult(f"{handler.name} left in its reply what cannot be sent: {error}") from error

    def _wrapped(self, handler: Handler) -> Next:
        """The handler with all middleware around it, the first registered outermost."""
        run: Next = handler
        for middleware in reversed(self._middleware):
            run = middleware.around(run)
        return run

    def _log(self, reject: Reject) -> None:
        """Logs that a call was stopped: as an error where the plugin is to blame."""
        log = self._logger.error if reject.status >= 500 else self._logger.warning
        cause = reject.__cause__
        log(f"Stopped the call: {reject}", extra={"cause": str(cause)} if cause else None)


def _reply_to(event: Event, trace: Trace) -> dict[str, Any]:
    if isinstance(event, DirectCall):
        return {**reply.direct(event.result, trace)}
    return {**reply.success(event._reply(), trace)}
