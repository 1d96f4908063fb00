"""The part of an event that its handler works on: a body, an entity, or a list of entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from biot_plugin.bodies.json_view import JsonView
from biot_plugin.errors import InvalidEvent

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger
    from typing_extensions import TypeVar

    from biot_plugin.bodies.model_values import ModelList, ModelUse, ModelValue

    #: What a handler sees: a plain `PreRequest` is a `PreRequest[dict[str, Any]]`.
    T = TypeVar("T", default=dict[str, Any])
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["Payload", "T"]


class Payload(Generic[T]):
    """One member of an event's JSON, as plain JSON or as the handler's model.

    Args:
        view: The object that has the member.
        name: The member's name.
        empty: `dict`, or `list` for a list of values.
    """

    __slots__ = ("_empty", "_name", "_parsed", "_view")

    def __init__(self, view: JsonView, name: str, empty: type[Any] = dict) -> None:
        self._view = view
        self._name = name
        self._empty = empty
        self._parsed: ModelValue | ModelList | None = None

    def bind(self, use: ModelUse, logger: Logger) -> None:
        """Parse the member as a model. One that is missing or null is parsed as an empty one.

        Raises:
            InvalidBody: It does not match the model.
        """
        from biot_plugin.bodies.model_values import ModelList, ModelValue

        self.release()  # A middleware may call the handler again.
        json = self._view._look_at(self._name, self._empty)
        if self._empty is dict:
            self._parsed = ModelValue(use, json)
        elif isinstance(json, list):
            self._parsed = ModelList(use, json)
        else:
            raise InvalidEvent("NO_DATA", f"The event's {self._name} is not a list")
        if use.choices is not None:
            use.choices.look(json, logger)

    @property
    def value(self) -> T:
        """The value that the handler sees."""
        value: T = self._parsed.value if self._parsed else self._view._member(self._name, self._empty)
        return value

    @value.setter
    def value(self, value: Any) -> None:
        if self._parsed:
            self._parsed.value = value
            self._parsed.is_assigned = True
        else:
            self._view._set_member(self._name, value)

    def accepts(self, result: object) -> bool:
        """Whether a handler may return `result` in place of the value."""
        return self._parsed.accepts(result) if self._parsed else isinstance(result, self._empty)

    def write_back(self) -> None:
        """Write a model back into the view. What nobody touched stays missing or null, if it was."""
        parsed = self._parsed
        if parsed is None or (
            parsed.valid_json is not None and self._view._is_as_it_came(self._name, parsed.valid_json)
        ):
            return
        if parsed.hands_out_json:
            self._view._hand_out(self._name)
        json = parsed.to_json()
        if not parsed.is_untouched(json):
            self._view._set_member(self._name, json)

    def release(self) -> None:
        """Forget the values of the model."""
        if self._parsed:
            self._parsed.close()
