"""What the three interceptor events have in common, and the one before an API call (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic

from biot_plugin.bodies.payload import Payload, T
from biot_plugin.events.base import Call, Event
from biot_plugin.events.initiator import Initiator
from biot_plugin.events.intercepted_request import InterceptedRequest
from biot_plugin.events.json_members import optional_text, require_member
from biot_plugin.events.parsing import read_event
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.bodies.model_values import ModelUse
    from biot_plugin.wire.envelope import Envelope


class Interception(Event):
    """The base class of the three interceptor events.

    Attributes:
        api_id: The intercepted API: method and path template. None where the platform does not send it.
        entity_name: The API's entity type.
        method: The HTTP method.
        request: The intercepted request.
    """

    __slots__ = ("_json", "_payload", "_source", "api_id", "entity_name", "method", "request")

    #: The part of the event to send back to the platform: its request, or its response.
    _part: ClassVar[str]
    #: The member of that part that the handler works on.
    _payload: Payload[Any]

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        json, source = read_event(envelope, self._part)
        self._json = json
        self._source = source
        self.api_id = optional_text(json, "apiId")
        self.entity_name = optional_text(json, "entityName")
        self.method = optional_text(json, "method")
        self.request = InterceptedRequest(
            require_member(json, "request", dict), source if self._part == "request" else None
        )

    def _find_initiator(self) -> Initiator:
        initiator = self._json.get("initiatorData")
        return Initiator(
            optional_text(initiator, "subjectId"),
            optional_text(initiator, "ownerOrganizationId"),
            optional_text(initiator, "tokenType"),
        )

    def _subject(self) -> str:
        return f"{self.kind.name} {self.api_id or self.entity_name}"

    def _bind(self, use: ModelUse) -> None:
        self._payload.bind(use, self.logger)

    def _release(self) -> None:
        self._payload.release()

    def _accept(self, result: object) -> bool:
        if not self._payload.accepts(result):
            return False
        self._payload.value = result
        return True

    def _reply(self) -> dict[str, Any]:
        self._payload.write_back()
        return {self._part: getattr(self, self._part)._write_back()}

    def _reply_text(self) -> str:
        self._payload.write_back()
        return f'{{"{self._part}":{getattr(self, self._part)._text()}}}'


class PreRequest(Interception, Generic[T]):
    """An API request before the API handles it. With `PreRequest[Model]`, the body is that model."""

    __slots__ = ()

    kind: ClassVar[Kind] = Kind.PRE_REQUEST
    _part: ClassVar[str] = "request"
    may_return: ClassVar[str] = "None or the new request body (a dict, or the handler's model)"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        require_member(self._json["request"], "path", str)
        self._payload = Payload(self.request, "body")

    @property
    def body(self) -> T:
        """The request's JSON body, or the handler's model; empty where the request has none."""
        value: T = self._payload.value
        return value

    @body.setter
    def body(self, body: T) -> None:
        self._payload.value = body

    @property
    def path(self) -> str:
        """The request's path; set another path of the same service to reroute it."""
        return self.request.path

    @path.setter
    def path(self, path: str) -> None:
        self.request.path = path

    @property
    def query_parameters(self) -> dict[str, list[str]]:
        """The query parameters: values by name."""
        return self.request.query_parameters

    @property
    def headers(self) -> dict[str, str]:
        """The caller's headers."""
        return self.request.headers

    @property
    def path_variables(self) -> dict[str, str]:
        """The values of the path's variables, by name."""
        return self.request.path_variables
