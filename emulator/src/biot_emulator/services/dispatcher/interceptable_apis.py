"""The APIs that plugins can intercept, and the ids that name them (contract sections 2.9 and 6.7)."""

from __future__ import annotations

from collections.abc import Iterable

from biot_emulator.api.call import Call
from biot_emulator.api.errors import NotKnown
from biot_emulator.api.route import Route
from biot_emulator.api.router import Router

__all__ = ["InterceptableApis"]

# The platform has notifications of these, and publishes no interception of their entities.
_NOT_ADAPTED = {"registration-code"}


class InterceptableApis:
    """What plugins can intercept: the routes about entities, also those that are not modelled here.

    Args:
        routes: The routes of every service.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [route for route in routes if route.entity_name]
        self._router = Router()
        self._router.add(self._routes)

    def api_ids(self) -> list[str]:
        """Return the ids of the APIs that can be intercepted, sorted."""
        return sorted(api_id for api_id, _ in self._apis())

    def entity_names(self) -> list[str]:
        """Return the entity types whose entities can be adapted, sorted."""
        names = {route.entity_name for route in self._routes if route.entity_name and route.returns_entities}
        return sorted(names - _NOT_ADAPTED)

    def listed(self) -> list[dict[str, str]]:
        """Return what can be intercepted, as the settings API lists it: entity types first, then their APIs."""
        entities = [
            {"entityTypeName": name, "servicePrefix": f"/{self._service(name)}"} for name in self.entity_names()
        ]
        apis = [
            {"entityTypeName": name, "servicePrefix": f"/{api_id.split('/')[1]}", "apiId": api_id}
            for api_id, name in sorted(self._apis())
        ]
        return [*entities, *apis]

    def resolve(self, api_id: str) -> tuple[str, dict[str, str]]:
        """Resolve an API id that may have values in place of variables.

        Returns:
            The API's own id, and the values by variable. An id that is none is returned as it is.
        """
        method, slash, path = api_id.partition("/")
        try:
            route, call = self._router.find(Call(method, slash + path))
        except NotKnown:
            return api_id, {}
        values = {name: value for name, value in call.variables.items() if value != f"{{{name}}}"}
        if any(value.startswith("{") or value.endswith("}") for value in values.values()):
            # A misspelt variable: taken for a value, no call would ever have it.
            return api_id, {}
        return route.api_id, values

    def _apis(self) -> list[tuple[str, str]]:
        return [(route.api_id, route.entity_name) for route in self._routes if route.entity_name]

    def _service(self, entity_name: str) -> str:
        return next(
            route.service for route in self._routes if route.entity_name == entity_name and route.returns_entities
        )
