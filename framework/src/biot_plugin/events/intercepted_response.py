"""The response of an intercepted call, or the entities in it (contract section 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from biot_plugin.bodies.json_view import JsonView
from biot_plugin.bodies.payload import Payload, T
from biot_plugin.errors import InvalidEvent
from biot_plugin.wire import http_status

if TYPE_CHECKING:
    from biot_plugin.bodies.texts.source import Source, WholeSource


class _Response:
    """A response on its way to the caller."""

    __slots__ = ("_view",)

    def __init__(self, json: dict[str, Any], source: Source | WholeSource | None) -> None:
        # Not a view itself: with its payload, which has the view, it would live on until the next search for garbage.
        self._view = JsonView(json, source)

    @property
    def status_code(self) -> int:
        """The HTTP status as a number.

        Raises:
            InvalidEvent: The platform sent a status that cannot be parsed.
        """
        code = http_status.parse(self._view._json.get("httpStatusCode"))
        if code is None:
            raise InvalidEvent("NO_DATA", "The response's httpStatusCode is not an HTTP status")
        return code

    @status_code.setter
    def status_code(self, code: int) -> None:
        if code != http_status.parse(self._view._json.get("httpStatusCode")):
            self._view._put("httpStatusCode", http_status.render(code, self._view._json.get("httpStatusCode")))

    def _write_back(self) -> dict[str, Any]:
        return self._view._write_back()

    def _text(self) -> str:
        return self._view._text()


class InterceptedResponse(_Response, Generic[T]):
    """The response that a POST_REQUEST handler may change."""

    __slots__ = ("_payload",)

    def __init__(self, json: dict[str, Any], source: Source | WholeSource | None = None) -> None:
        super().__init__(json, source)
        self._payload: Payload[T] = Payload(self._view, "body")

    @property
    def body(self) -> T:
        """The JSON body, or the handler's model; empty where the response has none."""
        return self._payload.value

    @body.setter
    def body(self, body: T) -> None:
        self._payload.value = body


class InterceptedEntities(_Response, Generic[T]):
    """The response that an ADAPT_ENTITY handler may change."""

    __slots__ = ("_payload",)

    def __init__(self, json: dict[str, Any], source: Source | WholeSource | None = None) -> None:
        super().__init__(json, source)
        self._payload: Payload[list[T]] = Payload(self._view, "entities", list)

    @property
    def entities(self) -> list[T]:
        """The entities that the API returns: exactly one, or any number for a search."""
        return self._payload.value

    @entities.setter
    def entities(self, entities: list[T]) -> None:
        self._payload.value = entities
