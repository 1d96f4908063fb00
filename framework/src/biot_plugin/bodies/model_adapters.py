"""Adapters for the libraries that validate handlers' models: pydantic and msgspec.

Dataclasses and TypedDicts are validated by msgspec, or by pydantic where only that is installed. Neither is imported
unless a handler has a model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar, cast

from biot_plugin.bodies.problem_messages import msgspec_problem, pydantic_problem
from biot_plugin.errors import InvalidBody

M = TypeVar("M")


class Model(Protocol[M]):
    """Converts between JSON and the values of one model."""

    def load(self, json: Any) -> M:
        """Validate and parse JSON. Raises InvalidBody."""
        ...

    def dump(self, value: M) -> Any:
        """Convert a value to JSON."""
        ...


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
            raise InvalidBody([pydantic_problem(problem) for problem in problems]) from None

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
            raise InvalidBody([msgspec_problem(error)]) from None

    def dump(self, value: Any) -> Any:
        import msgspec

        # msgspec omits a dataclass's fields that start with an underscore, as the platform's own attributes do.
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: self.dump(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(value, (list, tuple)):
            return [self.dump(item) for item in value]
        return msgspec.to_builtins(value, str_keys=True)


class _TypedDict:
    """A TypedDict: the JSON is validated and used as it is, because a TypedDict is a dict at run time."""

    def __init__(self, validator: Model[Any]) -> None:
        self._validator = validator

    def load(self, json: Any) -> Any:
        self._validator.load(json)
        return json

    def dump(self, value: Any) -> Any:
        return value


def create_model(annotation: Any) -> Model[Any]:
    """Create the adapter for the model in a type parameter.

    Args:
        annotation: A pydantic model, msgspec struct, dataclass or TypedDict.

    Raises:
        TypeError: It is none of these, or no library that validates it is installed.
    """
    if hasattr(annotation, "model_validate"):
        return _Pydantic(annotation)
    if hasattr(annotation, "__struct_fields__"):
        return _Msgspec(annotation)
    if dataclasses.is_dataclass(annotation):
        return _create_validator(annotation)
    if hasattr(annotation, "__total__"):
        return _TypedDict(_create_validator(annotation))
    raise TypeError(f"{annotation!r} is not a pydantic model, msgspec struct, dataclass or TypedDict")


def _create_validator(annotation: Any) -> Model[Any]:
    libraries: dict[str, Callable[[Any], Model[Any]]] = {"msgspec": _Msgspec, "pydantic": _Pydantic}
    for name, validator in libraries.items():
        if find_spec(name):
            return validator(annotation)
    raise TypeError(
        f"{cast('type', annotation).__name__} needs a validation library: add biot-plugin[models] "
        "to the plugin's dependencies"
    )
