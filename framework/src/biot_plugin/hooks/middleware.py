"""Functions around every handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from biot_plugin.errors import RegistrationError
from biot_plugin.hooks.function import Function

if TYPE_CHECKING:
    from biot_plugin.events.base import Event


class Next(Protocol):
    """The rest of the chain inside a middleware: the next middleware, or the handler. It raises what they raise."""

    def __call__(self, event: Event) -> None:
        """Pass the event on."""


class Middleware(Function):
    """A function around every handler."""

    __slots__ = ()

    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__(call, 2)
        if self._run:
            raise RegistrationError(f"Middleware {self} must be a plain function: write def instead of async def")

    def around(self, call_next: Next) -> Callable[[Event], bool]:
        """Wrap `call_next` in the middleware."""
        return lambda event: self.run(event, call_next)
