"""Refuses models whose values cannot be written back, when their handler is registered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin

from biot_plugin.bodies.model_types import (
    field_types,
    is_dataclass,
    is_pydantic,
    is_struct,
    is_typed_dict,
    reachable_types,
    types_in,
)

_JSON_TYPES = (str, int, float, bool, type(None), list, dict)


def check(annotation: Any, types: list[Any]) -> None:
    """Check a model, and everything that it contains.

    Args:
        annotation: The model.
        types: Every type that its values may consist of.

    Raises:
        TypeError: It cannot be written back; the message names the class and field.
    """
    for origin in types:
        for applies, problems in _CHECKS:
            if applies(origin):
                for problem in problems(origin):
                    raise TypeError(f"{origin.__name__}{problem}")
    origin = get_origin(annotation) or annotation
    if is_typed_dict(origin):
        _check_json(annotation)


def _pydantic_problems(model: Any) -> Iterator[str]:
    if model.__pydantic_decorators__.model_serializers:
        yield " has a model_serializer, so its fields cannot be found in what it writes: use field_serializer"
    config = getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", None) or {}
    reads_aliases = config.get("validate_by_alias", True) is not False
    for name, field in getattr(model, "__pydantic_fields__", {}).items():
        for problem in _pydantic_field_problems(name, field, reads_aliases):
            yield f".{name} {problem}"


def _pydantic_field_problems(name: str, field: Any, reads_aliases: bool) -> Iterator[str]:
    alias = field.validation_alias or field.alias or name
    if not isinstance(alias, str):
        yield f"is read with {type(alias).__name__}, so it has no one key to be written to: use alias"
    elif alias != (field.serialization_alias or field.alias or name):
        written = field.serialization_alias or field.alias or name
        yield f"is read from {alias!r}, but would be written to {written!r}: use alias for both"
    elif not reads_aliases and alias != name:
        yield f"is not read from its alias {alias!r}, but would be written to it: leave out validate_by_alias"
    if field.exclude or getattr(field, "exclude_if", None):
        yield "is excluded from what is written: leave out exclude"
    if field.init_var:
        yield "is not stored in the object, so it cannot be written back: leave out init_var"
    if _has_secret(field.annotation):
        yield "is a secret, of which only asterisks would be written: use str or bytes"


def _has_secret(annotation: Any) -> bool:
    from pydantic import Secret, SecretBytes, SecretStr

    kinds = tuple(kind for kind in (Secret, SecretStr, SecretBytes) if isinstance(kind, type))
    return any(isinstance(part, type) and issubclass(part, kinds) for part in types_in(annotation))


def _struct_problems(struct: Any) -> Iterator[str]:
    import msgspec

    if struct.__struct_config__.array_like:
        yield " is array_like, so its fields have no names in JSON: leave out array_like"
    for name, annotation in field_types(struct).items():
        if any(part is msgspec.Raw for part in types_in(annotation)):
            yield f".{name} is msgspec.Raw, which is not parsed: use Any"


def _dataclass_problems(dataclass: Any) -> Iterator[str]:
    for name, field in dataclass.__dataclass_fields__.items():
        if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
            yield f".{name} is an InitVar, which is not stored in the object, so it cannot be written back"


_CHECKS: list[tuple[Callable[[Any], bool], Callable[[Any], Iterator[str]]]] = [
    (is_pydantic, _pydantic_problems),
    (is_struct, _struct_problems),
    (is_dataclass, _dataclass_problems),
]


def _check_json(annotation: Any) -> None:
    """Check that a TypedDict, whose values are the JSON itself, promises nothing else."""
    for typed_dict in filter(is_typed_dict, reachable_types(annotation)):
        for name, field in field_types(typed_dict).items():
            for part in _values_in(field):
                if isinstance(part, type) and not is_typed_dict(part) and part not in _JSON_TYPES:
                    raise TypeError(
                        f"{typed_dict.__name__}.{name} is a {part.__name__}, but a TypedDict is the JSON itself, which "
                        "has no such type: use str, or a dataclass instead of the TypedDict"
                    )


def _values_in(annotation: Any) -> Iterator[Any]:
    """The types in an annotation, without the values of literals and the remarks of Annotated."""
    pending = [annotation]
    while pending:
        part = pending.pop()
        origin = get_origin(part)
        if origin is None:
            yield part
        elif origin is not Literal:
            arguments = get_args(part)
            pending += arguments[:1] if hasattr(part, "__metadata__") else arguments
            yield origin
