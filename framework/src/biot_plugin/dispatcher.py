"""From an event to its reply: kind, verified caller, typed event, the author's function, reply."""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, NoReturn

from biot_plugin.callers.authentication import authenticate
from biot_plugin.errors import InvalidEvent, Reject
from biot_plugin.events.base import Call, Event
from biot_plugin.events.direct_call import DirectCall
from biot_plugin.events.interception import AdaptEntity, PostRequest, PreRequest
from biot_plugin.events.notification import Notification
from biot_plugin.events.scheduled import Scheduled
from biot_plugin.hooks.chain import run_chain
from biot_plugin.hooks.endpoint import EndpointHook
from biot_plugin.logs.logger_state import LoggerState
from biot_plugin.logs.redaction import mask_exception
from biot_plugin.logs.thread_traces import EventScope, current_scope, follow_pools
from biot_plugin.platform_errors import PlatformError
from biot_plugin.replies.details import lost_details_message
from biot_plugin.replies.error import error_reply, internal_error_reply
from biot_plugin.replies.problems import blame
from biot_plugin.replies.success import direct_reply, hook_reply
from biot_plugin.wire import exact_numbers, strict_json
from biot_plugin.wire.envelope import Envelope
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.trace import Trace
from biot_plugin.wire.well_formed import well_formed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.shared_transport import Platform
    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.hooks.handler import Handler
    from biot_plugin.hooks.middleware import Middleware
    from biot_plugin.hooks.registry import Registry
    from biot_plugin.replies.response import Reply
    from biot_plugin.settings import Settings
    from biot_plugin.wire.lambda_context import LambdaContext

_EVENTS: dict[Kind, type[Event]] = {
    event.kind: event for event in (PreRequest, PostRequest, AdaptEntity, Notification, Scheduled, DirectCall)
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
        claims = {} if self._is_public(kind) else authenticate(kind, envelope, self._keys, self._settings)
        return _EVENTS[kind](envelope, Call(trace, claims, context, self._logger, self._platform))

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
        """Log an error, and build its reply. A log that cannot be written costs no reply."""
        try:
            return self._explain(error, envelope, trace)
        except BaseException:
            return internal_error_reply(trace, self._settings)

    def _explain(self, error: BaseException, envelope: Envelope, trace: Trace) -> Reply:
        if isinstance(error, PlatformError):
            self._logger.exception(f"The handler did not catch the error of a call to the platform: {error}")
            return self._reject(self._to_reject(error, envelope), trace, is_logged=True)
        if not isinstance(error, Reject):
            self._logger.exception("A handler failed")
            return internal_error_reply(trace, self._settings)
        try:
            return self._reject(error, trace)
        except Exception as problem:
            self._logger.error(
                f"{type(error).__name__} cannot be sent as an error ({type(problem).__name__}): a class that extends "
                "Reject must call super().__init__(status, code, message), and leave the types of its attributes alone"
            )
            return internal_error_reply(trace, self._settings)

    def _reject(self, reject: Reject, trace: Trace, *, is_logged: bool = False) -> Reply:
        lost: list[str] = []
        reply = error_reply(reject, trace, self._settings, lambda path, type: lost.append(f"{path} ({type})"))
        with suppress(Exception):  # An author's filter of the log may raise.
            if not is_logged:
                self._log(reject)
            if lost:
                self._logger.warning(well_formed(lost_details_message(lost)))
        return reply

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
        log(well_formed(f"Stopped the call: {mask_exception(reject)}"), extra={"cause": cause} if cause else None)


def _reply_to(event: Event, trace: Trace) -> Reply:
    if isinstance(event, DirectCall):
        return direct_reply(event.result, trace)
    return hook_reply(event._reply(), trace)


def _blame(error: Exception, event: Event, envelope: Envelope, handler: Handler) -> NoReturn:
    """Raise the error of a reply that cannot be sent: the caller's, or else the handler's."""
    if not _can_be_sent_back(envelope):
        raise InvalidEvent("NO_DATA", "The event's body is nested too deeply to be sent back") from None
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
