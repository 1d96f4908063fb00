"""An author's function: its name and place for error messages, and its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from biot_plugin.errors import RegistrationError
from biot_plugin.events.base import Event
from biot_plugin.events.returned_value import apply_returned


class Function:
    """A function of the author's, plain or `async`."""

    __slots__ = ("_call", "_run", "name", "place")

    def __init__(self, call: Callable[..., Any], parameters: int) -> None:
        self._call = call
        self._run = _run_async() if inspect.iscoroutinefunction(call) else None
        self.name: str = getattr(call, "__qualname__", type(call).__name__)
        self.place = _place_of(call)
        _require_parameters(call, parameters, self)

    def __str__(self) -> str:
        return f"{self.name} ({self.place})"

    @property
    def module(self) -> str:
        """The name of the module that the function is in."""
        return str(getattr(inspect.unwrap(self._call), "__module__", ""))

    def run(self, event: Event, *arguments: Any) -> bool:
        """Call the function, and apply what it returns to the event.

        Returns:
            Whether it returned anything.

        Raises:
            InvalidResult: It returned what the event does not accept.
        """
        value = self._call(event, *arguments)
        if self._run:
            value = self._run(value, event)
        return apply_returned(value, event, self.name)


def _run_async() -> Callable[..., Any]:
    """Import asyncio for the plugins that need it, before their first event."""
    from biot_plugin.hooks.async_handler import run

    return run


def _place_of(call: Callable[..., Any]) -> str:
    code = getattr(inspect.unwrap(call), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else type(call).__module__


def _require_parameters(call: Callable[..., Any], count: int, function: Function) -> None:
    try:
        inspect.signature(call).bind(*range(count))
    except TypeError:
        expected = "the event" if count == 1 else "the event and call_next"
        raise RegistrationError(f"{function} must take {expected} and nothing else that is required") from None
    except ValueError:  # A callable without a signature, written in C.
        return
