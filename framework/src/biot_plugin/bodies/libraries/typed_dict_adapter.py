"""The adapter for TypedDicts. The JSON is validated and used as it is, because a TypedDict is a dict at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biot_plugin.bodies.model_shape import is_json

if TYPE_CHECKING:
    from biot_plugin.bodies.model import Model
    from biot_plugin.bodies.model_shape import Shape


class TypedDictModel:
    """A TypedDict; everything that was read is in it, named or not."""

    is_json = True
    has_typed_dicts = False
    reorders = False
    converts = False
    root_class: type[Any] = dict

    def __init__(self, validator: Model) -> None:
        self._validator = validator

    def load(self, json: Any) -> Any:
        """Validate JSON. Raises InvalidBody."""
        self._validator.load(json)
        return json

    def load_all(self, json: list[Any]) -> list[Any]:
        """Validate the JSON of several values. Raises InvalidBody, of the first that does not match."""
        self._validator.load_all(json)
        return [*json]

    def dump(self, value: Any) -> Any:
        """Convert a value to JSON, which it is but for what was put into it. Raises Unwritable."""
        return value if is_json(value) else self._validator.dump(value)

    def shape(self, model_class: type[Any]) -> Shape | None:  # noqa: ARG002
        """Return None: no class is a model."""
        return None
