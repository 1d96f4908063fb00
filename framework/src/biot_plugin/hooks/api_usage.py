"""Tells from a function's code whether it is going to call the platform."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

_ATTRIBUTE = "biot"


def uses_biot(function: Callable[..., object]) -> bool:
    """Whether `event.biot` is in the function, or in a function that it calls by name and that is there already.

    What is overlooked, as a helper that is defined further down, only costs its first call the time of the log-in.
    """
    return any(_ATTRIBUTE in code.co_names for code in _codes(inspect.unwrap(function)))


def _codes(function: object) -> Iterator[CodeType]:
    """The code of a function and of the functions that it names. Not of theirs: that would be whole libraries."""
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        return
    for code in _nested(function.__code__):
        yield code
        for name in code.co_names:
            helper = function.__globals__.get(name)
            if isinstance(helper, FunctionType):
                yield from _nested(helper.__code__)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
