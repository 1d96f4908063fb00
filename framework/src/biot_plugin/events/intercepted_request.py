"""The request of an intercepted call (contract section 2.3)."""

from __future__ import annotations

from typing import Any

from biot_plugin.bodies.json_view import JsonView


class InterceptedRequest(JsonView):
    """The request on its way to an API, or the request of the response that is intercepted."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The actual path, from the service on and without the query. Set another path of the service to reroute."""
        return self._json.get("path")  # type: ignore[return-value]  # checked when the event is created

    @path.setter
    def path(self, path: str) -> None:
        self._put("path", path)

    @property
    def query_parameters(self) -> dict[str, list[str]]:
        """The query parameters: values by name. The value of `searchRequest` is JSON text."""
        return self._member("queryParameters", dict)

    @query_parameters.setter
    def query_parameters(self, parameters: dict[str, list[str]]) -> None:
        self._set_member("queryParameters", parameters)

    @property
    def headers(self) -> dict[str, str]:
        """The caller's headers, including its bearer token."""
        return self._member("headers", dict)

    @headers.setter
    def headers(self, headers: dict[str, str]) -> None:
        self._set_member("headers", headers)

    @property
    def path_variables(self) -> dict[str, str]:
        """The values of the path's variables, by name. Read only: they are not part of the reply."""
        variables = self._json.get("pathVariables")
        pairs = variables if isinstance(variables, list) else []
        return {
            pair["name"]: pair["value"]
            for pair in pairs
            if isinstance(pair, dict) and isinstance(pair.get("name"), str) and isinstance(pair.get("value"), str)
        }

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body; empty where the request has none."""
        return self._member("body", dict)

    def _write_back(self) -> dict[str, Any]:
        return {name: value for name, value in super()._write_back().items() if name != "pathVariables"}
