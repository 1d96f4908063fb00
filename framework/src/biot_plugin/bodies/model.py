"""What the framework needs of a handler's model, whichever library validates it."""

from __future__ import annotations

from typing import Any, Protocol

from biot_plugin.bodies.model_shape import Shape


class Model(Protocol):
    """Converts between JSON and the values of one model.

    Attributes:
        root_class: The model's class; `dict` for a TypedDict.
        is_json: Whether the values are the JSON itself.
        has_typed_dicts: Whether there are TypedDicts in the values, which leave out what they do not name.
        reorders: Whether code of the author's own runs on values while they are read, and may move them.
    """

    root_class: type[Any]
    is_json: bool
    has_typed_dicts: bool
    reorders: bool

    @property
    def converts(self) -> bool:
        """Whether code of the author's own runs on values while they are written, and may change them."""
        ...

    def load(self, json: Any) -> Any:
        """Validate and parse JSON. Raises InvalidBody."""
        ...

    def load_all(self, json: list[Any]) -> list[Any]:
        """Validate and parse the JSON of several values. Raises InvalidBody, of the first that does not match."""
        ...

    def dump(self, value: Any) -> Any:
        """Convert an object to JSON, in the form of its class. Raises Unwritable."""
        ...

    def shape(self, model_class: type[Any]) -> Shape | None:
        """Return the shape of a class, and observe what happens to its objects; None where it is no model."""
        ...
