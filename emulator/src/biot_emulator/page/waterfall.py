"""Where the steps of a call are on a line of time, in thousandths of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Bar", "waterfall"]

_WHOLE = 1000.0
#: What is shorter would not be seen.
_LEAST = 4.0


class Bar(NamedTuple):
    """A step on the line of time.

    Attributes:
        start: Where it begins.
        init: How much of it is a cold start.
        width: How long it is, with the cold start.
    """

    start: float
    init: float
    width: float


def waterfall(call: Mapping[str, Any]) -> list[Bar]:
    """Return a bar for each step of a call; of what goes on, up to the end.

    Args:
        call: The call with its steps.
    """
    steps = call["steps"]
    ends = [step["startMs"] + _length(step) for step in steps]
    whole = max([call["durationMs"] or 0.0, *ends, 1e-3])
    return [_bar(step, whole) for step in steps]


def _bar(step: Mapping[str, Any], whole: float) -> Bar:
    scale = _WHOLE / whole
    length = whole - step["startMs"] if step["pending"] else _length(step)
    width = max(_LEAST, length * scale)
    start = min(step["startMs"] * scale, _WHOLE - width)
    return Bar(round(max(0.0, start), 2), round(min(width, _init(step) * scale), 2), round(width, 2))


def _length(step: Mapping[str, Any]) -> float:
    return _init(step) + (step["durationMs"] or 0.0)


def _init(step: Mapping[str, Any]) -> float:
    invocation = step["invocation"]
    return (invocation["initMs"] or 0.0) if invocation else 0.0
