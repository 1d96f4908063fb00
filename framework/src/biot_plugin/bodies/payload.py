"""The part of an event that its handler works on: a body, an entity, or a list of entities."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from biot_plugin.bodies.json_view import View
from biot_plugin.errors import InvalidEvent

if TYPE_CHECKING:
    from biot_plugin.bodies.models import Bound, BoundList, Model

T = TypeVar("T")


class Payload(Generic[T]):
    """One member of an event's JSON, as it came or as a model's value.

    Args:
        view: The object that holds the member.
        name: The member's name.
        empty: `dict`, or `list` where the member holds a list of values.
    """

    __slots__ = ("_bound", "_empty", "_name", "_view")

    def __init__(self, view: View, name: str, empty: Callable[[], Any] = dict) -> None:
        self._view = view
        self._name = name
        self._empty = empty
        self._bound: Bound[Any] | BoundList[Any] | None = None

    def bind(self, model: Model[Any]) -> None:
        """Reads the member as a model.

        Raises:
            InvalidBody: It does not fit the model.
        """
        from biot_plugin.bodies.models import Bound, BoundList

        json = self._view._child(self._name, self._empty)
        if self._empty is dict:
            self._bound = Bound(model, json)
        elif isinstance(json, list):
            self._bound = BoundList(model, json)
        else:
            raise InvalidEvent("NO_DATA", f"The event's {self._name} is not a list")

    @property
    def value(self) -> T:
        """What the handler sees."""
        value: T = self._bound.value if self._bound else self._view._child(self._name, self._empty)  # type: ignore[assignment]
        return value

    @value.setter
    def value(self, value: Any) -> None:
        if self._bound and not isinstance(value, dict):
            self._bound.value = value
        else:
            self._bound = None
            self._view._set_child(self._name, value)

    def takes(self, result: object) -> bool:
        """Whether a handler may return `result` in place of the value."""
        return isinstance(result, self._empty) or (self._bound is not None and type(result) is type(self._bound.value))  # type: ignore[arg-type]

    def settle(self) -> None:
        """Writes the value back into the event's JSON."""
        if self._bound:
            self._view._set_child(self._name, self._bound.settled())
        self._view._settle()
