"""From an event to its reply: kind, verified caller, typed event, the author's function, reply."""

from __future__ import annotations

from contextvars import copy_context
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from biot_plugin.callers.authentication import authenticate
from biot_plugin.errors import InvalidEvent
from biot_plugin.events.base import Call
from biot_plugin.events.direct_call import DirectCall
from biot_plugin.hooks.chain import run_chain
from biot_plugin.logs.logger_state import LoggerState
from biot_plugin.logs.thread_traces import EventScope, current_scope, follow_pools
from biot_plugin.replies.success import direct_reply, hook_reply
from biot_plugin.wire import exact_numbers, strict_json
from biot_plugin.wire.envelope import Envelope
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.logging import Logger

    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.events.base import Event
    from biot_plugin.hooks.handler import Handler
    from biot_plugin.hooks.middleware import Middleware
    from biot_plugin.hooks.registry import Registry
    from biot_plugin.replies.response import Reply
    from biot_plugin.settings import Settings
    from biot_plugin.shared_transport import Platform
    from biot_plugin.wire.lambda_context import LambdaContext

#: The module and the name of each kind's class.
_CLASSES = {
    Kind.PRE_REQUEST: ("interception", "PreRequest"),
    Kind.POST_REQUEST: ("response_interception", "PostRequest"),
    Kind.ADAPT_ENTITY: ("response_interception", "AdaptEntity"),
    Kind.NOTIFICATION: ("notification", "Notification"),
    Kind.SCHEDULED: ("scheduled", "Scheduled"),
    Kind.DIRECT: ("direct_call", "DirectCall"),
}


class Dispatcher:
    """Handles events with the handlers of a plugin, and never raises.

    What a handler leaves behind ends with its event: context variables, the keys, level and handlers of the logger.
    """

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
        self._logger_state = LoggerState(logger)

    def prepare(self) -> None:
        """Do what can be done before the first event, once all handlers are registered."""

    def __call__(self, raw: object, context: LambdaContext) -> Reply:
        """Handle one event of any shape, and return the reply."""
        return copy_context().run(self._reply, raw, context)

    def _reply(self, raw: object, context: LambdaContext) -> Reply:
        envelope = Envelope(raw if isinstance(raw, dict) else {})
        trace = Trace.of(envelope.headers)
        current_scope.set(EventScope(trace))
        follow_pools()
        self._logger_state.begin()
        number = exact_numbers.begin()
        try:
            return self._try(raw, envelope, trace, context)
        finally:
            exact_numbers.end(number)
            self._logger_state.end()

    def _try(self, raw: object, envelope: Envelope, trace: Trace, context: LambdaContext) -> Reply:
        try:
            if not isinstance(raw, dict):
                raise InvalidEvent("NO_EVENT", "The event is not an object")
            return self._handle(self._parse(envelope, trace, context), envelope, trace)
        # Lambda would end the container for what is no Exception, such as asyncio.CancelledError or SystemExit.
        except BaseException as error:
            return self._stop(error, envelope, trace)

    def _parse(self, envelope: Envelope, trace: Trace, context: LambdaContext) -> Event:
        """Verify the caller, and create the typed event."""
        kind = Kind.of(envelope.event, envelope.headers)
        claims = {} if self._registry.is_public(kind) else authenticate(kind, envelope, self._keys, self._settings)
        return _class_of(kind)(envelope, Call(trace, claims, context, self._logger, self._platform))

    def _handle(self, event: Event, envelope: Envelope, trace: Trace) -> Reply:
        handler = self._registry.find(event)
        try:
            run_chain(handler, self._middleware, event)
            return self._write_reply(event, handler, envelope, trace)
        finally:
            event._release()

    def _write_reply(self, event: Event, handler: Handler, envelope: Envelope, trace: Trace) -> Reply:
        try:
            return _reply_to(event, trace)
        except (TypeError, ValueError) as error:
            _blame(error, event, envelope, handler)

    def _stop(self, error: BaseException, envelope: Envelope, trace: Trace) -> Reply:
        from biot_plugin.stopped_calls import StoppedCalls

        return StoppedCalls(self._settings, self._registry, self._logger).reply(error, envelope, trace)


@cache
def _class_of(kind: Kind) -> type[Event]:
    """Import the class of a kind's events; a plugin's decorators have done so for those that it handles."""
    module, name = _CLASSES[kind]
    event_class: type[Event] = getattr(import_module(f"biot_plugin.events.{module}"), name)
    return event_class


def _reply_to(event: Event, trace: Trace) -> Reply:
    if isinstance(event, DirectCall):
        return direct_reply(event.result, trace)
    return hook_reply(event._reply_text(), trace)


def _blame(error: Exception, event: Event, envelope: Envelope, handler: Handler) -> NoReturn:
    """Raise the error of a reply that cannot be sent: the caller's, or else the handler's."""
    if not _can_be_sent_back(envelope):
        raise InvalidEvent("NO_DATA", "The event's body is nested too deeply to be sent back") from None
    from biot_plugin.replies.problems import blame

    blame(handler.name, error, lambda: event.result if isinstance(event, DirectCall) else event._reply())


def _can_be_sent_back(envelope: Envelope) -> bool:
    """Whether the body as it came can be sent, in a reply that has a few more levels."""
    if not isinstance(envelope.event.get("body"), str):
        return True
    try:
        body = strict_json.loads(envelope.content())
    except (ValueError, InvalidEvent):
        return True
    try:
        strict_json.dumps([[[[body]]]])
    except ValueError:
        return False
    return True
