"""What an annotation asks for: one type among several, with the notes of the attribute."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from biot_plugin.attributes import Attribute


class Wish(NamedTuple):
    """What the value of an annotation must be, where it is not null.

    Attributes:
        type: A class, `list[...]`, a `Literal`, or `Any`.
        attribute: What the template says of it; None where nothing is known.
        is_nullable: Whether null will do.
    """

    type: Any
    attribute: Attribute | None = None
    is_nullable: bool = False


def wish_of(annotation: Any) -> Wish:
    """Return what an annotation asks for; of several types the first that is not null or absent."""
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        attribute = next((note for note in notes if isinstance(note, Attribute)), None)
        wish = wish_of(inner)
        return wish._replace(attribute=attribute or wish.attribute)
    if get_origin(annotation) in (Union, UnionType):
        parts = get_args(annotation)
        values = [part for part in parts if part is not NoneType and getattr(part, "__name__", "") != "UnsetType"]
        return wish_of(values[0])._replace(is_nullable=NoneType in parts) if values else Wish(NoneType)
    return Wish(annotation)
