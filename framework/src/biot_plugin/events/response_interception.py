"""The two interceptor events after an API call: for its response, and for the entities in it (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic

from biot_plugin.bodies.payload import T
from biot_plugin.errors import InvalidEvent
from biot_plugin.events.base import Call
from biot_plugin.events.intercepted_response import InterceptedEntities, InterceptedResponse
from biot_plugin.events.interception import Interception
from biot_plugin.events.json_members import require_member
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.wire.envelope import Envelope


class PostRequest(Interception, Generic[T]):
    """An API's response before the caller gets it. With `PostRequest[Model]`, its body is that model.

    Attributes:
        response: The response.
    """

    __slots__ = ("response",)

    kind: ClassVar[Kind] = Kind.POST_REQUEST
    _part: ClassVar[str] = "response"
    may_return: ClassVar[str] = "None or the new response body (a dict, or the handler's model)"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        self.response: InterceptedResponse[T] = InterceptedResponse(_require_response(self._json), self._source)
        self._payload = self.response._payload


class AdaptEntity(Interception, Generic[T]):
    """The entities of one type in an API's response. With `AdaptEntity[Model]`, each is that model.

    Attributes:
        response: The response.
    """

    __slots__ = ("response",)

    kind: ClassVar[Kind] = Kind.ADAPT_ENTITY
    _part: ClassVar[str] = "response"
    may_return: ClassVar[str] = "None or the new list of entities"

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        self.response: InterceptedEntities[T] = InterceptedEntities(_require_response(self._json), self._source)
        self._payload = self.response._payload

    @property
    def entities(self) -> list[T]:
        """The entities that the API returns: exactly one, or any number for a search."""
        return self.response.entities

    @entities.setter
    def entities(self, entities: list[T]) -> None:
        self.response.entities = entities

    def _subject(self) -> str:
        return f"{self.kind.name} {self.entity_name}"


def _require_response(json: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = require_member(json, "response", dict)
    if "httpStatusCode" not in response:
        raise InvalidEvent("NO_DATA", "The event's response has no httpStatusCode")
    return response
