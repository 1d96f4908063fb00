"""What every event has, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from biot_plugin.errors import InvalidEvent

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.biot_api import BiotApi
    from biot_plugin.api_client.shared_session import Platform
    from biot_plugin.bodies.models import Model
    from biot_plugin.callers.token import Claims
    from biot_plugin.wire.envelope import Envelope
    from biot_plugin.wire.kind import Kind
    from biot_plugin.wire.trace import Trace


class LambdaContext(Protocol):
    """What Lambda tells a function about the invocation at hand."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    log_group_name: str
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


class Initiator(NamedTuple):
    """Who caused an event. What the platform does not say is None.

    Attributes:
        subject_id: Id of the user, device or service.
        owner_organization_id: Id of the organization that it belongs to.
        token_type: `USER`, `SERVICE_INTERNAL`, `SERVICE_EXTERNAL` or `DEVICE`.
        source_ip_address: Address that the call came from, on notifications and direct calls.
    """

    subject_id: str | None = None
    owner_organization_id: str | None = None
    token_type: str | None = None
    source_ip_address: str | None = None


class Call(NamedTuple):
    """What the framework knows about the call that brought an event."""

    trace: Trace
    claims: Claims
    context: LambdaContext
    logger: Logger
    platform: Platform


class Event:
    """An event of the platform: a thin view over the dict that Lambda handed over.

    Attributes:
        kind: The kind of event.
        raw: The Lambda event as it came.
        trace_id: The call's trace id, 32 hexadecimal digits.
        traceparent: The W3C header of the same trace, for calls that the handler makes by itself.
        claims: Claims of the caller's verified token; empty where no token is asked for.
        context: Lambda's context.
        logger: The plugin's logger; every line carries the trace id.
        initiator: Who caused the event.
    """

    __slots__ = ("_biot", "_platform", "claims", "context", "initiator", "logger", "raw", "trace_id", "traceparent")

    kind: ClassVar[Kind]
    #: What a handler of this kind may return, for the error that names what it returned instead.
    may_return: ClassVar[str] = "None"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        self.raw = envelope.event
        self.trace_id = call.trace.trace_id
        self.traceparent = call.trace.traceparent
        self.claims = call.claims
        self.context = call.context
        self.logger = call.logger
        self.initiator = Initiator()
        self._platform = call.platform
        self._biot: BiotApi | None = None

    @property
    def biot(self) -> BiotApi:
        """The platform's API, called as the plugin's service user and in the trace of this event.

        Raises:
            NotConfigured: The environment does not say where the platform is, or who to log in as.
        """
        if self._biot is None:
            from biot_plugin.api_client.biot_api import BiotApi
            from biot_plugin.api_client.event_scope import Caller

            self._biot = BiotApi(Caller(self._platform.transport(), self.traceparent, self.context, self.logger))
        return self._biot

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._subject()}>"

    def _subject(self) -> str:
        """What the event is about, in words that are safe to log."""
        return self.kind.name

    def _bind(self, model: Model[Any]) -> None:
        """Reads the part that the handler works on as a model."""

    def _accept(self, result: object) -> bool:  # noqa: ARG002
        """Takes what a handler returned in place of None; False where it may not return that."""
        return False

    def _reply(self) -> dict[str, Any] | None:
        """The JSON that goes back to the platform; None where it looks at nothing but the status."""
        return None


def member(json: dict[str, Any], name: str, kind: type[Any]) -> Any:
    """A member that the platform always sends.

    Raises:
        InvalidEvent: It is missing or of another type.
    """
    value = json.get(name)
    if not isinstance(value, kind):
        raise InvalidEvent("NO_DATA", f"The event has no {name}")
    return value


def text(json: object, name: str) -> str | None:
    """A text that the platform may leave out."""
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, str) else None
