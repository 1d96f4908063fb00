"""Optional models: a body or an entity as a type of the author's own, validated, laid over the JSON that came.

pydantic models and msgspec structs bring their own library. Dataclasses and TypedDicts are validated by msgspec, or by
pydantic where that is what the plugin has. Neither is imported unless a handler asks for a model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Generic, Protocol, TypeVar, cast

from biot_plugin.bodies.model_merge import merge
from biot_plugin.errors import InvalidBody

M = TypeVar("M")


class Model(Protocol[M]):
    """How values of one model are read from JSON and written back."""

    def load(self, json: Any) -> M:
        """Validates JSON. Raises InvalidBody."""
        ...

    def dump(self, value: M) -> Any:
        """The JSON that the value stands for."""
        ...


class Bound(Generic[M]):
    """A model's value over the JSON that it was read from."""

    __slots__ = ("_before", "_json", "_model", "value")

    def __init__(self, model: Model[M], json: Any) -> None:
        self._model = model
        self._json = json
        self.value = model.load(json)
        self._before = model.dump(self.value)

    def settled(self) -> Any:
        """The JSON with what changed in the value; everything else, known to the model or not, as it came."""
        return merge(self._json, self._before, self._model.dump(self.value))


class BoundList(Generic[M]):
    """A list of a model's values over the JSON that each was read from."""

    __slots__ = ("_bound", "_model", "value")

    def __init__(self, model: Model[M], json: list[Any]) -> None:
        self._model = model
        self._bound = [Bound(model, item) for item in json]
        self.value = [bound.value for bound in self._bound]

    def settled(self) -> list[Any]:
        """The JSON of the values that are in the list now; values that were there keep their unnamed fields."""
        known = {id(bound.value): bound for bound in self._bound}
        return [known[id(value)].settled() if id(value) in known else self._model.dump(value) for value in self.value]


class _Pydantic:
    def __init__(self, model: Any) -> None:
        from pydantic import TypeAdapter

        self._adapter: Any = TypeAdapter(model)

    def load(self, json: Any) -> Any:
        from pydantic import ValidationError

        try:
            return self._adapter.validate_python(json)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
            raise InvalidBody(
                [{"path": ".".join(map(str, problem["loc"])), "message": problem["msg"]} for problem in problems]
            ) from None

    def dump(self, value: Any) -> Any:
        return self._adapter.dump_python(value, mode="json", by_alias=True)


class _Msgspec:
    def __init__(self, model: Any) -> None:
        self._model = model

    def load(self, json: Any) -> Any:
        import msgspec

        try:
            return msgspec.convert(json, self._model)
        except msgspec.ValidationError as error:
            message, _, path = str(error).rpartition(" - at `$")
            problem = {"path": path.strip(".`"), "message": message} if message else {"path": "", "message": str(error)}
            raise InvalidBody([problem]) from None

    def dump(self, value: Any) -> Any:
        import msgspec

        # msgspec leaves out a dataclass's fields that start with an underscore, as the platform's own attributes do.
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: self.dump(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(value, (list, tuple)):
            return [self.dump(item) for item in value]
        return msgspec.to_builtins(value, str_keys=True)


class _Checked:
    """A TypedDict: validated, and then the JSON itself, because that is what a TypedDict is at run time."""

    def __init__(self, validator: Model[Any]) -> None:
        self._validator = validator

    def load(self, json: Any) -> Any:
        self._validator.load(json)
        return json

    def dump(self, value: Any) -> Any:
        return value


def model_of(annotation: Any) -> Model[Any]:
    """The model that a type parameter stands for.

    Args:
        annotation: A pydantic model, msgspec struct, dataclass or TypedDict.

    Raises:
        TypeError: It is none of these, or the library that validates it is not installed.
    """
    if hasattr(annotation, "model_validate"):
        return _Pydantic(annotation)
    if hasattr(annotation, "__struct_fields__"):
        return _Msgspec(annotation)
    if dataclasses.is_dataclass(annotation):
        return _validator(annotation)
    if hasattr(annotation, "__total__"):
        return _Checked(_validator(annotation))
    raise TypeError(f"{annotation!r} is not a pydantic model, msgspec struct, dataclass or TypedDict")


def _validator(annotation: Any) -> Model[Any]:
    libraries: dict[str, Callable[[Any], Model[Any]]] = {"msgspec": _Msgspec, "pydantic": _Pydantic}
    for name, validator in libraries.items():
        if find_spec(name):
            return validator(annotation)
    raise TypeError(
        f"{cast('type', annotation).__name__} can only be validated with a library: add biot-plugin[models] "
        "to the plugin's dependencies"
    )
