"""Describes why a value cannot be sent as JSON: the place and the kind of problem, and never the value."""

from __future__ import annotations

import math
from typing import Any

from biot_plugin.wire import exact_numbers

_MAX_DEPTH = 100
_MAX_PATH = 200
_JSON = (str, bool, int, float, type(None))


def describe(value: Any, path: str = "", depth: int = 0) -> str | None:
    """Describe the first problem of a value, such as `response.body.born is a date`; None where it has none.

    Args:
        value: What was to be sent.
        path: The place of the value in it.
        depth: The number of values around it.
    """
    path = path[:_MAX_PATH]  # Before it is extended for each member: names may be long.
    place = path.lstrip(".") or "it"
    if depth > _MAX_DEPTH:
        return f"{place} contains itself, or is nested too deeply"
    if isinstance(value, dict):
        return _of_names(value, place) or _first(
            describe(member, f"{path}.{name}", depth + 1) for name, member in value.items()
        )
    if isinstance(value, (list, tuple)):
        return _first(describe(element, f"{path}[{index}]", depth + 1) for index, element in enumerate(value))
    if not isinstance(value, _JSON):
        return f"{place} is a {type(value).__name__}, which JSON does not have"
    if isinstance(value, float) and not math.isfinite(value) and not exact_numbers.is_remembered(value):
        return f"{place} is not a finite number"
    return None


def _of_names(value: dict[Any, Any], place: str) -> str | None:
    types = (type(name).__name__ for name in value if not isinstance(name, _JSON))
    return _first(f"{place} has a name that is a {name}, not text" for name in types)


def _first(problems: Any) -> str | None:
    return next((problem for problem in problems if problem), None)
