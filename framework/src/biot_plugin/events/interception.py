"""The three interceptor events: before an API, after it, and for every entity it returns (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic

from biot_plugin.bodies.payload import Payload
from biot_plugin.bodies.type_parameter import T
from biot_plugin.errors import InvalidEvent
from biot_plugin.events.base import Call, Event, Initiator, member, text
from biot_plugin.events.intercepted_call import InterceptedEntities, InterceptedRequest, InterceptedResponse
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.bodies.models import Model
    from biot_plugin.wire.envelope import Envelope


class Interception(Event):
    """What the three interceptor events have in common.

    Attributes:
        api_id: The intercepted API: method and path template. None where the platform leaves it out.
        entity_name: The API's entity type.
        method: The HTTP method.
        request: The intercepted call.
    """

    __slots__ = ("_json", "_payload", "api_id", "entity_name", "method", "request")

    #: The part of the event that goes back to the platform: its request, or its response.
    _part: ClassVar[str]
    #: What in that part the handler works on.
    _payload: Payload[Any]

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        json = envelope.json()
        self._json = json
        self.api_id = text(json, "apiId")
        self.entity_name = text(json, "entityName")
        self.method = text(json, "method")
        self.request = InterceptedRequest(member(json, "request", dict))
        initiator = json.get("initiatorData")
        self.initiator = Initiator(
            text(initiator, "subjectId"), text(initiator, "ownerOrganizationId"), text(initiator, "tokenType")
        )

    def _subject(self) -> str:
        return f"{self.kind.name} {self.api_id or self.entity_name}"

    def _bind(self, model: Model[Any]) -> None:
        self._payload.bind(model)

    def _accept(self, result: object) -> bool:
        if not self._payload.takes(result):
            return False
        self._payload.value = result
        return True

    def _reply(self) -> dict[str, Any]:
        self._payload.settle()
        return {self._part: getattr(self, self._part)._settle()}


class PreRequest(Interception, Generic[T]):
    """A call on its way to an API. `PreRequest[Model]` gives the body as that model."""

    __slots__ = ()

    kind: ClassVar[Kind] = Kind.PRE_REQUEST
    _part: ClassVar[str] = "request"
    may_return: ClassVar[str] = "None or the new request body (a dict, or the handler's model)"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        member(self._json["request"], "path", str)
        self._payload = Payload(self.request, "body")

    @property
    def body(self) -> T:
        """The request's JSON body, or the model's value; empty where the call has none."""
        value: T = self._payload.value
        return value

    @body.setter
    def body(self, body: T) -> None:
        self._payload.value = body

    @property
    def path(self) -> str:
        """The call's path; another path of the same service reroutes it."""
        return self.request.path

    @path.setter
    def path(self, path: str) -> None:
        self.request.path = path

    @property
    def query_parameters(self) -> dict[str, list[str]]:
        """The query: values by name."""
        return self.request.query_parameters

    @property
    def headers(self) -> dict[str, str]:
        """The caller's own headers."""
        return self.request.headers

    @property
    def path_variables(self) -> dict[str, str]:
        """The values of the path's variables, by name."""
        return self.request.path_variables


class PostRequest(Interception, Generic[T]):
    """An API's response on its way to the caller. `PostRequest[Model]` gives its body as that model.

    Attributes:
        response: The response.
    """

    __slots__ = ("response",)

    kind: ClassVar[Kind] = Kind.POST_REQUEST
    _part: ClassVar[str] = "response"
    may_return: ClassVar[str] = "None or the new response body (a dict, or the handler's model)"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        self.response: InterceptedResponse[T] = InterceptedResponse(_response(self._json))
        self._payload = self.response._payload


class AdaptEntity(Interception, Generic[T]):
    """The entities of one type in an API's response. `AdaptEntity[Model]` gives each as that model.

    Attributes:
        response: The response.
    """

    __slots__ = ("response",)

    kind: ClassVar[Kind] = Kind.ADAPT_ENTITY
    _part: ClassVar[str] = "response"
    may_return: ClassVar[str] = "None or the new list of entities"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        self.response: InterceptedEntities[T] = InterceptedEntities(_response(self._json))
        self._payload = self.response._payload

    @property
    def entities(self) -> list[T]:
        """The entities that the API returns: exactly one, or 0 to n where it searches."""
        return self.response.entities

    @entities.setter
    def entities(self, entities: list[T]) -> None:
        self.response.entities = entities

    def _subject(self) -> str:
        return f"{self.kind.name} {self.entity_name}"


def _response(json: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = member(json, "response", dict)
    if "httpStatusCode" not in response:
        raise InvalidEvent("NO_DATA", "The event's response has no httpStatusCode")
    return response
