"""The name of an API: its method and path template in one word (contract section 2.9).

`GET/organization/v1/users/patients/{id}` names the API for every patient. Where a variable is replaced by a value, as
in `POST/organization/v1/users/caregivers/templates/nurse`, the id is scoped to the calls that have it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_VARIABLE = re.compile(r"\{[A-Za-z][A-Za-z0-9_]*\}")
_LITERAL = re.compile(r"[^\s{}/?#]+")


class ApiId(NamedTuple):
    """An API id, taken apart.

    Attributes:
        method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        segments: The path's segments; None stands for a path variable.
    """

    method: str
    segments: tuple[str | None, ...]

    @classmethod
    def parse(cls, text: str) -> ApiId:
        """Takes an API id apart.

        Raises:
            ValueError: No API can have this id; the message says why.
        """
        method, slash, path = text.partition("/")
        if method != method.strip() or any(character.isspace() for character in text):
            raise ValueError("method and path are written without a space, as in POST/organization/v1/users/patients")
        if method not in _METHODS:
            raise ValueError(f"it must start with one of {', '.join(_METHODS)}, followed by the path")
        if not slash or not path:
            raise ValueError(f"the path is missing after {method}")
        return cls(method, tuple(_segment(segment) for segment in path.split("/")))

    @property
    def specificity(self) -> tuple[int, ...]:
        """Orders ids that match the same call: the more values, and the earlier they stand, the more specific."""
        fixed = [int(segment is not None) for segment in self.segments]
        return (sum(fixed), *fixed)

    def matches(self, method: str, values: tuple[str | None, ...]) -> bool:
        """Whether a call with this method and these concrete segments is one that the id names."""
        return (
            method == self.method
            and len(values) == len(self.segments)
            and all(mine is None or mine == value for mine, value in zip(self.segments, values))  # noqa: B905
        )


def concrete(api_id: str, variables: Mapping[str, str], path: str) -> tuple[str, tuple[str | None, ...]]:
    """The method and segments of a call, with its variables' values in place.

    Args:
        api_id: The template's id, as the event has it.
        variables: Values by variable name.
        path: The call's real path, which has the value of a variable that `variables` lacks.
    """
    method, _, template = api_id.partition("/")
    names = template.split("/")
    real = path.strip("/").split("/")
    values: list[str | None] = []
    for index, name in enumerate(names):
        if not (name.startswith("{") and name.endswith("}")):
            values.append(name)
        elif name[1:-1] in variables:
            values.append(variables[name[1:-1]])
        else:
            values.append(real[index] if len(real) == len(names) else None)
    return method, tuple(values)


def _segment(text: str) -> str | None:
    if not text:
        raise ValueError("the path has an empty segment")
    if _VARIABLE.fullmatch(text):
        return None
    if not _LITERAL.fullmatch(text):
        raise ValueError(f"{text!r} is neither a value nor a variable such as {{id}}, and a query is no part of an id")
    return text
