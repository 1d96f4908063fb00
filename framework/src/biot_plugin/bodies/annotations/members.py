"""The members that the JSON of a model has, by their keys, with all that their annotations say."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from biot_plugin.bodies.model_types import is_pydantic, is_struct, is_typed_dict


class Member(NamedTuple):
    """A member of an object in JSON.

    Attributes:
        name: The field's name in Python.
        key: Its key in JSON.
        annotation: Its type, with the notes of `Annotated`.
        is_required: Whether it must be there.
    """

    name: str
    key: str
    annotation: Any
    is_required: bool


def members_of(model_class: Any) -> list[Member]:
    """Return the members of a model; none for a class that is no model.

    Raises:
        NameError: A type cannot be resolved.
    """
    if is_typed_dict(model_class):
        return _typed_dict_members(model_class)
    if is_pydantic(model_class):
        fields = model_class.__pydantic_fields__.items()
        return [Member(name, field.alias or name, _annotation(field), field.is_required()) for name, field in fields]
    if is_struct(model_class):
        import msgspec

        hints = get_type_hints(model_class, include_extras=True)
        described = msgspec.structs.fields(model_class)
        return [Member(field.name, field.encode_name, hints[field.name], field.required) for field in described]
    if dataclasses.is_dataclass(model_class):
        hints, fields = get_type_hints(model_class, include_extras=True), dataclasses.fields(model_class)
        return [Member(field.name, field.name, hints[field.name], _is_required(field)) for field in fields]
    return []


def _typed_dict_members(model_class: Any) -> list[Member]:
    members = []
    for name, hint in get_type_hints(model_class, include_extras=True).items():
        qualifier = getattr(get_origin(hint), "_name", None)
        is_required = name in model_class.__required_keys__
        if qualifier in ("Required", "NotRequired"):
            hint, is_required = get_args(hint)[0], qualifier == "Required"
        members.append(Member(name, name, hint, is_required))
    return members


def _annotation(field: Any) -> Any:
    """Return the type of a field of pydantic's, which has the notes elsewhere."""
    annotation = field.annotation
    for note in field.metadata:
        annotation = Annotated[annotation, note]
    return annotation


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
