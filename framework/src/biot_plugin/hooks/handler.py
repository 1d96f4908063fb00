"""A function that handles events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biot_plugin.events.base import Event
from biot_plugin.hooks.function import Function
from biot_plugin.hooks.model_annotation import find_model


class Handler(Function):
    """A function that handles events, and the model in its annotation."""

    __slots__ = ("_model",)

    def __init__(
        self,
        call: Callable[..., Any],
        event_class: type[Event],
        names: dict[str, Any],
        *,
        normalize: bool = False,
    ) -> None:
        super().__init__(call, 1)
        self._model = find_model(call, event_class, names, self, normalize=normalize)

    def __call__(self, event: Event) -> bool:
        """Handle an event; return whether the function returned anything."""
        if self._model is not None:
            event._bind(self._model)
        return self.run(event)
