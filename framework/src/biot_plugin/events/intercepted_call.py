"""What an interceptor sees of a call: its request, and its response or the entities in it (contract section 2.3)."""

from __future__ import annotations

from typing import Any, Generic

from biot_plugin.bodies.json_view import View
from biot_plugin.bodies.payload import Payload
from biot_plugin.bodies.type_parameter import T
from biot_plugin.errors import InvalidEvent
from biot_plugin.wire import http_status


class InterceptedRequest(View):
    """The call that an interceptor sees on its way to an API, or that led to the response at hand."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The real path, with the service's prefix and without the query. Another path of the same service reroutes."""
        return self._json.get("path")  # type: ignore[return-value]  # checked when the event is made

    @path.setter
    def path(self, path: str) -> None:
        self._json["path"] = path

    @property
    def query_parameters(self) -> dict[str, list[str]]:
        """The query: values by name. `searchRequest` is JSON text inside a value."""
        return self._child("queryParameters", dict)

    @query_parameters.setter
    def query_parameters(self, parameters: dict[str, list[str]]) -> None:
        self._set_child("queryParameters", parameters)

    @property
    def headers(self) -> dict[str, str]:
        """The caller's own headers, its bearer token among them."""
        return self._child("headers", dict)

    @headers.setter
    def headers(self, headers: dict[str, str]) -> None:
        self._set_child("headers", headers)

    @property
    def path_variables(self) -> dict[str, str]:
        """The values of the path's variables, by name. Read only: they are no part of the reply."""
        variables = self._json.get("pathVariables")
        pairs = variables if isinstance(variables, list) else []
        return {
            pair["name"]: pair["value"]
            for pair in pairs
            if isinstance(pair, dict) and isinstance(pair.get("name"), str) and isinstance(pair.get("value"), str)
        }

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body; empty where the call has none."""
        return self._child("body", dict)

    def _settle(self) -> dict[str, Any]:
        return {name: value for name, value in super()._settle().items() if name != "pathVariables"}


class _Response(View):
    """A response on its way to the caller."""

    __slots__ = ()

    @property
    def status_code(self) -> int:
        """The HTTP status as a number.

        Raises:
            InvalidEvent: The platform sent a status that stands for no number.
        """
        code = http_status.parse(self._json.get("httpStatusCode"))
        if code is None:
            raise InvalidEvent("NO_DATA", "The response's httpStatusCode is not an HTTP status")
        return code

    @status_code.setter
    def status_code(self, code: int) -> None:
        if code != http_status.parse(self._json.get("httpStatusCode")):
            self._json["httpStatusCode"] = http_status.write(code, self._json.get("httpStatusCode"))


class InterceptedResponse(_Response, Generic[T]):
    """The response that a POST_REQUEST interceptor may change."""

    __slots__ = ("_payload",)

    def __init__(self, json: dict[str, Any]) -> None:
        super().__init__(json)
        self._payload: Payload[T] = Payload(self, "body")

    @property
    def body(self) -> T:
        """The response's JSON body, or the model's value; empty where the response has none."""
        return self._payload.value

    @body.setter
    def body(self, body: T) -> None:
        self._payload.value = body


class InterceptedEntities(_Response, Generic[T]):
    """The response that an ADAPT_ENTITY interceptor may change."""

    __slots__ = ("_payload",)

    def __init__(self, json: dict[str, Any]) -> None:
        super().__init__(json)
        self._payload: Payload[list[T]] = Payload(self, "entities", list)

    @property
    def entities(self) -> list[T]:
        """The entities that the API returns: exactly one, or 0 to n where it searches."""
        return self._payload.value

    @entities.setter
    def entities(self, entities: list[T]) -> None:
        self._payload.value = entities
