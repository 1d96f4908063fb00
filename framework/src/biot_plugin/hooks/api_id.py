"""API ids: the method and path template of an API (contract section 2.9).

`GET/organization/v1/users/patients/{id}` is the API of every patient. Where a variable is replaced by a value, as in
`POST/organization/v1/users/caregivers/templates/nurse`, the id is scoped to the calls that have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biot_plugin.hooks.handler import Handler

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_RESERVED = frozenset("{}/?#")


class ApiId:
    """A parsed API id.

    Attributes:
        method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        segments: The path's segments; None stands for a path variable.
    """

    __slots__ = ("method", "segments")

    def __init__(self, method: str, segments: tuple[str | None, ...]) -> None:
        self.method = method
        self.segments = segments

    @property
    def key(self) -> tuple[str, tuple[str | None, ...]]:
        """Equal for two ids that match the same calls."""
        return self.method, self.segments

    @classmethod
    def parse(cls, text: str) -> ApiId:
        """Parse an API id.

        Raises:
            ValueError: The text is not an API id; the message says why.
        """
        method, slash, path = text.partition("/")
        if method != method.strip() or any(character.isspace() for character in text):
            raise ValueError("write method and path without a space, as in POST/organization/v1/users/patients")
        if method not in _METHODS:
            raise ValueError(f"it must start with one of {', '.join(_METHODS)}, followed by the path")
        if not slash or not path:
            raise ValueError(f"the path is missing after {method}")
        return cls(method, tuple(_segment(segment) for segment in path.split("/")))

    @property
    def specificity(self) -> tuple[int, ...]:
        """Orders ids that match the same call: the more values, and the earlier they are, the more specific."""
        fixed = [int(segment is not None) for segment in self.segments]
        return (sum(fixed), *fixed)

    @property
    def fixed(self) -> tuple[bool, ...]:
        """Which segments are values."""
        return tuple(segment is not None for segment in self.segments)

    def matches(self, method: str, values: tuple[str | None, ...]) -> bool:
        """Whether the id matches a call with this method and these segments."""
        return (
            method == self.method
            and len(values) == len(self.segments)
            and all(segment is None or segment == value for segment, value in zip(self.segments, values))  # noqa: B905
        )


class ApiTable:
    """Handlers by API id: ids with values in the same places differ in these alone, so one look finds theirs."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, tuple[str | None, ...]], Handler] = {}
        #: The places of values in ids of a method and a number of segments, the most specific first.
        self._fixed: dict[tuple[str, int], list[tuple[bool, ...]]] = {}

    def add(self, api_id: ApiId, handler: Handler) -> None:
        """Add the handler of an id."""
        self._by_key[api_id.key] = handler
        fixed = self._fixed.setdefault((api_id.method, len(api_id.segments)), [])
        if api_id.fixed not in fixed:
            fixed.append(api_id.fixed)
            fixed.sort(key=lambda places: (sum(places), *places), reverse=True)

    def find(self, method: str, values: tuple[str | None, ...]) -> Handler | None:
        """Return the handler of the most specific id that matches a call; None where none does.

        Args:
            method: The call's method.
            values: Its segments, with values in place of variables; None for a value that is not known.
        """
        for fixed in self._fixed.get((method, len(values)), ()):
            segments = tuple(value if is_fixed else None for value, is_fixed in zip(values, fixed))  # noqa: B905
            is_known = segments.count(None) == fixed.count(False)
            if is_known and (handler := self._by_key.get((method, segments))):
                return handler
        return None


def concrete_segments(api_id: str, variables: Mapping[str, str], path: str) -> tuple[str, tuple[str | None, ...]]:
    """Return the method and segments of a call, with values in place of its variables.

    Args:
        api_id: The API id in the event.
        variables: Values by variable name.
        path: The call's actual path, the source of values that `variables` lacks.
    """
    method, _, template = api_id.partition("/")
    names = template.split("/")
    actual = path.strip("/").split("/")
    values: list[str | None] = []
    for index, name in enumerate(names):
        if not (name.startswith("{") and name.endswith("}")):
            values.append(name)
        elif name[1:-1] in variables:
            values.append(variables[name[1:-1]])
        else:
            values.append(actual[index] if len(actual) == len(names) else None)
    return method, tuple(values)


def with_values(api_id: str, values: Mapping[str, str]) -> str:
    """Return an API id with values in place of its variables.

    Args:
        api_id: A valid API id.
        values: Values by variable name.

    Raises:
        ValueError: It has no such variable, or a path cannot have the value.
    """
    segments = api_id.split("/")
    for name, value in values.items():
        if f"{{{name}}}" not in segments:
            names = ", ".join(segment[1:-1] for segment in segments if segment.startswith("{"))
            raise ValueError(f"{api_id!r} has no path variable {name!r}, but {names or 'none at all'}")
        if not _is_literal(value):
            raise ValueError(f"{value!r} cannot be the path variable {name!r}: write one part of a path")
        segments[segments.index(f"{{{name}}}")] = value
    return "/".join(segments)


def _segment(text: str) -> str | None:
    if not text:
        raise ValueError("the path has an empty segment")
    if _is_variable(text):
        return None
    if not _is_literal(text):
        raise ValueError(f"{text!r} is neither a value nor a variable such as {{id}}, and an API id has no query")
    return text


def _is_variable(text: str) -> bool:
    name = text[1:-1]
    return text == f"{{{name}}}" and name.isascii() and name.isidentifier() and not name.startswith("_")


def _is_literal(text: str) -> bool:
    return bool(text) and not any(character.isspace() or character in _RESERVED for character in text)
