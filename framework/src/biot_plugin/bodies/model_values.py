"""Values of a handler's model, together with the JSON that they were parsed from."""

from __future__ import annotations

from typing import Any, Generic

from biot_plugin.bodies.model_adapters import M, Model
from biot_plugin.bodies.model_merge import merge


class ModelValue(Generic[M]):
    """A value of a model, and the JSON that it was parsed from."""

    __slots__ = ("_before", "_json", "_model", "value")

    def __init__(self, model: Model[M], json: Any) -> None:
        self._model = model
        self._json = json
        self.value = model.load(json)
        self._before = model.dump(self.value)

    def to_json(self) -> Any:
        """Return the JSON with the changes of the value; everything else in it is preserved."""
        return merge(self._json, self._before, self._model.dump(self.value))


class ModelList(Generic[M]):
    """A list of values of a model, and the JSON that each was parsed from."""

    __slots__ = ("_items", "_model", "value")

    def __init__(self, model: Model[M], json: list[Any]) -> None:
        self._model = model
        self._items = [ModelValue(model, element) for element in json]
        self.value = [item.value for item in self._items]

    def to_json(self) -> list[Any]:
        """Return the JSON of the values in the list; values that were in it before keep their unnamed fields."""
        items = {id(item.value): item for item in self._items}
        return [items[id(value)].to_json() if id(value) in items else self._model.dump(value) for value in self.value]
