"""The values that attributes have: one class for each noun, whatever kind of model it is written as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from biot_plugin_cli.types.templates.attributes import Selectable

__all__ = ["Anything", "Choice", "Flag", "ListOf", "Member", "Number", "Object", "Text", "Value"]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON: nobody knows what it is."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text.

    Attributes:
        type: What it stands for, as in `biot_plugin.attributes`: `EMAIL`, `UUID`.
        least: Its least length.
        most: Its greatest length.
        pattern: What it must match.
    """

    type: str = "LABEL"
    least: float | None = None
    most: float | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number.

    Attributes:
        is_whole: Whether it has no fraction.
        least: The least number.
        most: The greatest number.
    """

    is_whole: bool
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts, in a type of its own.

    Attributes:
        marker: Identifies the type in a module.
        wish: The name that it would have.
        selectable: What can be selected.
        about: Sentences about it.
    """

    marker: str
    wish: str
    selectable: tuple[Selectable, ...]
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list.

    Attributes:
        element: What each element is.
    """

    element: Value


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object.

    Attributes:
        key: Its name in JSON.
        value: What it is.
        is_required: Whether it must be there.
        is_nullable: Whether it can be null.
        about: Sentences about it.
    """

    key: str
    value: Value
    is_required: bool = False
    is_nullable: bool = True
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """An object, in a class of its own.

    Attributes:
        marker: Identifies the class in a module.
        wish: The name that it would have.
        members: Its members.
        about: Sentences about it.
    """

    marker: str
    wish: str
    members: tuple[Member, ...]
    about: tuple[str, ...] = field(default=(), compare=False)


Value: TypeAlias = Anything | Flag | Text | Number | Choice | ListOf | Object
