"""Finds the route of a call."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiNotKnown, MethodNotAllowed
from biot_emulator.api.route import Route

__all__ = ["Router"]


class Router:
    """Every route, by method and path.

    Args:
        body_limit: Maximum size in bytes of the bodies of routes that have no limit of their own; None for theirs.
    """

    def __init__(self, body_limit: int | None = None) -> None:
        self._body_limit = body_limit
        self._routes: dict[tuple[str, int], list[Route]] = {}

    def __iter__(self) -> Iterator[Route]:
        return (route for routes in self._routes.values() for route in routes)

    def add(self, table: Iterable[Route], *collaborators: object) -> None:
        """Add a table of routes; a literal segment takes precedence over a variable, in whatever order they are added.

        Args:
            table: The routes.
            *collaborators: The first arguments of every handler in the table, before the call.
        """
        for route in table:
            same_shape = self._routes.setdefault((route.method, len(route.segments)), [])
            limit = route.max_body if route.public else route.max_body or self._body_limit
            bound = replace(route, handler=partial(route.handler, *collaborators), max_body=limit)
            insort(same_shape, bound, key=_precedence)

    def find(self, call: Call) -> tuple[Route, Call]:
        """Find the route of a call, and return it with the call, which then has its path variables.

        Raises:
            NotKnown: No route has this path.
            MethodNotAllowed: Routes have this path, but none with this method.
        """
        segments = call.path.split("/")[1:]
        for route in self._routes.get((call.method, len(segments)), ()):
            variables = _match(route.segments, segments)
            if variables is not None:
                return route, call._replace(variables=variables)
        message = f"{call.method} {call.path} is not an API of this platform"
        methods = self._methods(segments)
        raise MethodNotAllowed(message, allowedMethods=methods) if methods else ApiNotKnown(message)

    def _methods(self, segments: Sequence[str]) -> list[str]:
        """Return the methods of the routes that have this path."""
        same_length = (route for route in self if len(route.segments) == len(segments))
        return sorted({route.method for route in same_length if _match(route.segments, segments) is not None})


def _precedence(route: Route) -> list[bool]:
    return [segment.startswith("{") for segment in route.segments]


def _match(template: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    """Return the path variables; None where the path does not match the template."""
    variables = {}
    for name, value in zip(template, segments, strict=True):
        if name.startswith("{"):
            if not value:
                return None
            variables[name[1:-1]] = value
        elif name != value:
            return None
    return variables
