"""The base class of all events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from biot_plugin.events.initiator import Initiator

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.biot import BiotApi
    from biot_plugin.bodies.model_values import ModelUse
    from biot_plugin.callers.token import Claims
    from biot_plugin.shared_transport import Platform
    from biot_plugin.wire.envelope import Envelope
    from biot_plugin.wire.kind import Kind
    from biot_plugin.wire.lambda_context import LambdaContext
    from biot_plugin.wire.trace import Trace


class Call:
    """The call that delivered an event, as the framework verified it."""

    __slots__ = ("claims", "context", "logger", "platform", "trace")

    def __init__(
        self, trace: Trace, claims: Claims, context: LambdaContext, logger: Logger, platform: Platform
    ) -> None:
        self.trace = trace
        self.claims = claims
        self.context = context
        self.logger = logger
        self.platform = platform


class Event:
    """An event of the platform: a thin view over the dict from Lambda.

    Attributes:
        kind: The kind of event.
        raw: The original Lambda event.
        trace_id: The call's trace id, 32 hexadecimal digits.
        traceparent: The `traceparent` header of the same trace, for HTTP calls of the handler's own.
        claims: Claims of the caller's verified token; empty where no token is required.
        context: Lambda's context.
        logger: The plugin's logger; every line carries the trace id.
    """

    __slots__ = ("_biot", "_initiator", "_platform", "claims", "context", "logger", "raw", "trace_id", "traceparent")

    kind: ClassVar[Kind]
    #: What a handler of this kind may return, for error messages.
    may_return: ClassVar[str] = "None"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        self.raw = envelope.event
        self.trace_id = call.trace.trace_id
        self.traceparent = call.trace.traceparent
        self.claims = call.claims
        self.context = call.context
        self.logger = call.logger
        self._initiator: Initiator | None = None
        self._platform = call.platform
        self._biot: BiotApi | None = None

    @property
    def initiator(self) -> Initiator:
        """Who caused the event."""
        if self._initiator is None:
            self._initiator = self._find_initiator()
        return self._initiator

    @property
    def biot(self) -> BiotApi:
        """The platform's API, called as the plugin's service user and in the trace of this event.

        Raises:
            NotConfigured: The platform's URL or the service user is missing in the environment.
        """
        if self._biot is None:
            from biot_plugin.api_client.biot import BiotApi
            from biot_plugin.api_client.deadline import Deadline
            from biot_plugin.api_client.event_calls import EventClient

            transport, deadline = self._platform.transport(), Deadline(self.context)
            self._biot = BiotApi(EventClient(transport, self.traceparent, deadline, self.logger))
        return self._biot

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._subject()}>"

    def _find_initiator(self) -> Initiator:
        return Initiator()

    def _subject(self) -> str:
        """The kind and subject of the event, safe to log."""
        return self.kind.name

    def _bind(self, use: ModelUse) -> None:
        """Parse the part that the handler works on as a model."""

    def _release(self) -> None:
        """Forget what was parsed, at the end of the event."""

    def _accept(self, result: object) -> bool:  # noqa: ARG002
        """Apply what a handler returned, other than None; return False where it may not return that."""
        return False

    def _reply(self) -> Any:
        """The JSON to send back to the platform; None where it reads only the status."""

    def _reply_text(self) -> str:
        """The JSON text to send back; empty where the platform reads only the status."""
        return ""
