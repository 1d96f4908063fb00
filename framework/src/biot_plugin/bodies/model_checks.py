"""Refuses models whose values cannot be written back, when their handler is registered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from biot_plugin.bodies.model_types import (
    field_types,
    is_dataclass,
    is_pydantic,
    is_struct,
    types_in,
)


def check(types: list[Any]) -> None:
    """Check a model, and everything that it contains.

    Args:
        types: Every type that the model's values may consist of.

    Raises:
        TypeError: It cannot be written back; the message names the class and field.
    """
    for origin in types:
        for applies, problems in _CHECKS:
            if applies(origin):
                for problem in problems(origin):
                    raise TypeError(f"{origin.__name__}{problem}")


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

    return any(
        isinstance(part, type) and issubclass(part, (Secret, SecretStr, SecretBytes)) for part in types_in(annotation)
    )


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


def _attrs_problems(_attrs: Any) -> Iterator[str]:
    yield " is an attrs class, whose copies cannot be told from new objects: use a dataclass or msgspec.Struct"


def _is_attrs(origin: Any) -> bool:
    return "__attrs_attrs__" in vars(origin)


_CHECKS: list[tuple[Callable[[Any], bool], Callable[[Any], Iterator[str]]]] = [
    (is_pydantic, _pydantic_problems),
    (is_struct, _struct_problems),
    (is_dataclass, _dataclass_problems),
    (_is_attrs, _attrs_problems),
]
