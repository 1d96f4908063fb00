"""Detects from a function's code whether it calls the platform, so that the log-in can start early."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

_ATTRIBUTE = "biot"


def uses_biot(function: Callable[..., object]) -> bool:
    """Whether `event.biot` is in the function, or in a function that it calls by name and that is defined already.

    Where a use is missed, as in a helper that is defined further down, the first call logs in.
    """
    return any(_ATTRIBUTE in code.co_names for code in _code_objects(inspect.unwrap(function)))


def _code_objects(function: object) -> Iterator[CodeType]:
    """The code of a function and of the functions that it names, but not of those that they name in turn."""
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        return
    for code in _with_nested(function.__code__):
        yield code
        for name in code.co_names:
            helper = function.__globals__.get(name)
            if isinstance(helper, FunctionType):
                yield from _with_nested(helper.__code__)


def _with_nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_nested(constant)
