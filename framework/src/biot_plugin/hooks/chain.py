"""Runs the middleware and the handler of an event, and lets no call pass that was not handled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from biot_plugin.errors import InvalidResult
from biot_plugin.events.direct_call import DirectCall

if TYPE_CHECKING:
    from biot_plugin.events.base import Event
    from biot_plugin.hooks.handler import Handler
    from biot_plugin.hooks.middleware import Middleware


def run_chain(handler: Handler, middleware: Sequence[Middleware], event: Event) -> None:
    """Handle an event: the first middleware is outermost, the handler innermost.

    Raises:
        InvalidResult: The handler never ran, and no middleware said what to do instead.
        BaseException: What the handler or a middleware raised, even where a middleware around it caught it.
    """
    if not middleware:
        handler(event)
        return
    steps = [_Step(handler)]
    for function in reversed(middleware):
        steps.append(_Step(function.around(steps[-1])))
    steps[-1](event)
    _require_handled(steps, handler, event)


class _Step:
    """A call of the handler, or of a middleware, and how the last such call ended."""

    __slots__ = ("_run", "error", "is_done", "returned")

    def __init__(self, run: Callable[[Event], bool]) -> None:
        self._run = run
        self.error: BaseException | None = None
        self.is_done = False
        self.returned = False

    def __call__(self, event: Event) -> None:
        self.error, self.is_done, self.returned = None, False, False
        try:
            self.returned = self._run(event)
        except BaseException as error:
            self.error = error
            raise
        self.is_done = True


def _require_handled(steps: Sequence[_Step], handler: Handler, event: Event) -> None:
    """Raise what a middleware caught, unless a middleware around it returned the reply to a direct call instead."""
    failed = max((index for index, step in enumerate(steps) if step.error), default=None)
    if failed is None and steps[0].is_done:
        return
    if isinstance(event, DirectCall) and any(step.returned for step in steps[(failed or 0) + 1 :]):
        return
    if failed is not None and (error := steps[failed].error):
        event.logger.error(
            "A middleware caught an error and went on as if there were none: the call is stopped all the same. "
            "Raise it again, or raise Reject"
        )
        raise error
    raise InvalidResult(f"{handler.name} did not run: a middleware must call call_next, or raise Reject")
