"""Describes why a reply cannot be sent as JSON: the place and the kind of problem, and never the value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

from biot_plugin.errors import InvalidResult
from biot_plugin.replies.success import IncompleteReply
from biot_plugin.wire import exact_numbers

_MAX_DEPTH = 100
_MAX_PATH = 200
_JSON = (str, bool, int, float, type(None))


def blame(handler: str, error: Exception, value: Callable[[], Any]) -> NoReturn:
    """Raise the error of a handler whose reply cannot be sent.

    Args:
        handler: The handler's name.
        error: What building the reply raised.
        value: Returns what was to be sent, or raises such an error again.

    Raises:
        InvalidResult: Always.
    """
    problem = str(error) if isinstance(error, IncompleteReply) else _problem_of(value)
    if problem:
        raise InvalidResult(f"The reply of {handler} cannot be sent: {problem}") from None
    reason = f"it cannot be converted to JSON ({type(error).__name__}); the plugin's log says why"
    raise InvalidResult(f"The reply of {handler} cannot be sent: {reason}") from error


def _problem_of(value: Callable[[], Any]) -> str | None:
    try:
        return _describe(value())
    except (TypeError, ValueError, RecursionError):
        return None


def _describe(value: Any, path: str = "", depth: int = 0) -> str | None:
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
            _describe(member, f"{path}.{name}", depth + 1) for name, member in value.items()
        )
    if isinstance(value, (list, tuple)):
        return _first(_describe(element, f"{path}[{index}]", depth + 1) for index, element in enumerate(value))
    if not isinstance(value, _JSON):
        return f"{place} is a {type(value).__name__}, which JSON does not have"
    if isinstance(value, float) and exact_numbers.is_remembered(value):
        return None
    problem = _of_number(value)
    return problem and f"{place} {problem}"


def _of_names(value: dict[Any, Any], place: str) -> str | None:
    return _first((problem := _of_name(name)) and f"{place} has a name that {problem}" for name in value)


def _of_name(name: object) -> str | None:
    return _of_number(name) if isinstance(name, _JSON) else f"is a {type(name).__name__}, not text"


def _of_number(value: object) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "is not a finite number"
    if isinstance(value, int) and not _has_text(value):
        return "is a whole number with more digits than Python writes"
    return None


def _has_text(value: int) -> bool:
    try:
        int.__repr__(value)
    except ValueError:  # More digits than `sys.get_int_max_str_digits()`.
        return False
    return True


def _first(problems: Any) -> str | None:
    return next((problem for problem in problems if problem), None)
