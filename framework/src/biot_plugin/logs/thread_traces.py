"""The trace and the log keys of an event in the threads that its handler starts.

Before Python 3.14, a new thread does not inherit the context variables of the one that starts it, and the threads of a
pool belong to no event: they run what one event after another submits. So both are handed over where a thread is
started, and where a task is submitted.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from biot_plugin.wire.trace import Trace

_ATTRIBUTE = "_biot_scope"


class EventScope:
    """One event in progress.

    Attributes:
        trace: The trace of the event.
        keys: The keys of each formatter that wrote or changed any, by the formatter's id.
    """

    __slots__ = ("keys", "trace")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.keys: dict[int, dict[str, Any]] = {}


#: The scope of what works for no event, in a thread that an event has started.
NO_EVENT = EventScope(Trace("", ""))

current_scope: ContextVar[EventScope | None] = ContextVar("current_scope", default=None)


def scope_of_thread() -> EventScope | None:
    """The event that the current thread works for; None where it works for none."""
    scope = current_scope.get() or getattr(threading.current_thread(), _ATTRIBUTE, None)
    return None if scope is NO_EVENT else scope


def trace_of_thread() -> Trace | None:
    """The trace of the event that the current thread works for; None where it works for none."""
    scope = scope_of_thread()
    return scope.trace if scope else None


def follow_threads() -> None:
    """Hand the event over to the threads that are started from now on."""
    _replace(threading.Thread, "start", _start)


def follow_pools() -> None:
    """Hand the event over to the tasks that are submitted to pools from now on, if the plugin has imported them."""
    pools = sys.modules.get("concurrent.futures.thread")
    if pools is not None and not hasattr(pools.ThreadPoolExecutor.submit, _ATTRIBUTE):
        _replace(pools.ThreadPoolExecutor, "submit", _submit)


def _start(start: Callable[..., None]) -> Callable[..., None]:
    @wraps(start)
    def start_in_scope(thread: threading.Thread, *arguments: Any, **keywords: Any) -> None:
        setattr(thread, _ATTRIBUTE, scope_of_thread())
        start(thread, *arguments, **keywords)

    return start_in_scope


def _submit(submit: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(submit)
    def submit_in_scope(pool: Any, task: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
        return submit(pool, _run_in, scope_of_thread() or NO_EVENT, task, *arguments, **keywords)

    return submit_in_scope


def _run_in(scope: EventScope, task: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
    token = current_scope.set(scope)
    try:
        return task(*arguments, **keywords)
    finally:
        current_scope.reset(token)


def _replace(owner: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    function = getattr(owner, name)
    if not hasattr(function, _ATTRIBUTE):
        wrapped = wrap(function)
        setattr(wrapped, _ATTRIBUTE, True)
        setattr(owner, name, wrapped)
