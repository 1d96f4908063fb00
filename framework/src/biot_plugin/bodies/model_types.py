"""Kinds of models, and the types that a model consists of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast, get_args, get_origin, get_type_hints


def is_pydantic(origin: Any) -> bool:
    """Whether a class is a model or dataclass of pydantic's."""
    return isinstance(origin, type) and hasattr(origin, "__pydantic_validator__")


def is_struct(origin: Any) -> bool:
    """Whether a class is a struct of msgspec's."""
    return isinstance(origin, type) and hasattr(origin, "__struct_fields__")


def is_dataclass(origin: Any) -> bool:
    """Whether a class is a dataclass."""
    return isinstance(origin, type) and dataclasses.is_dataclass(origin)


def is_typed_dict(origin: Any) -> bool:
    """Whether a class is a TypedDict."""
    return isinstance(origin, type) and issubclass(origin, dict) and hasattr(origin, "__total__")


def field_types(origin: Any) -> dict[str, Any]:
    """Return the types of a model's fields by their names in Python; empty for what is no model.

    Raises:
        NameError: A type cannot be resolved.
    """
    fields = getattr(origin, "__pydantic_fields__", None)
    if is_pydantic(origin) and fields is not None:
        return {name: field.annotation for name, field in fields.items()}
    if is_struct(origin) or is_typed_dict(origin):
        return get_type_hints(origin, include_extras=True)
    if is_dataclass(origin):
        hints = get_type_hints(origin, include_extras=True)
        return {field.name: hints[field.name] for field in dataclasses.fields(origin)}
    return {}


def reachable_types(annotation: Any) -> list[Any]:
    """Return every class that the values of a type may consist of, each once."""
    types: dict[int, Any] = {}
    pending = [annotation]
    while pending:
        part = pending.pop()
        pending += _arguments(part)
        origin = get_origin(part) or part
        if isinstance(origin, type) and id(origin) not in types:
            types[id(origin)] = origin
            if not getattr(origin, "__pydantic_complete__", True):
                cast("Any", origin).model_rebuild(raise_errors=False)  # It names a class that was defined after it.
            pending += field_types(origin).values()
    return list(types.values())


def types_in(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation itself names, such as the elements of a list, without their fields."""
    pending = [annotation]
    while pending:
        part = pending.pop()
        pending += _arguments(part)
        yield get_origin(part) or part


def _arguments(part: Any) -> list[Any]:
    """The type parameters of a type, and the type that an alias stands for."""
    alias = getattr(part, "__value__", None)  # type X = ..., from Python 3.12 on
    origin = getattr(get_origin(part), "__value__", None)
    return [argument for argument in (*get_args(part), alias, origin) if argument is not None]
